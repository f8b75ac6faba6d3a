"""One file a page; `ROUTERS` are all of them, in the order of the house."""

from fastapi import APIRouter

from anagen.web.pages import (
    account,
    administration,
    compare,
    microscope,
    people_and_roles,
    provider,
    session,
    set_up,
    sign_in,
    today,
)

ROUTERS: tuple[APIRouter, ...] = (
    today.router,
    compare.router,
    session.router,
    microscope.router,
    administration.router,
    people_and_roles.router,
    account.router,
    sign_in.router,
    provider.router,
    set_up.router,
)
