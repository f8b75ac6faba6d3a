"""One file a page; `ROUTERS` are all of them, in the order of the house."""

from fastapi import APIRouter

from anagen.web.pages import (
    account,
    administration,
    api,
    api_patients,
    audit,
    evidence,
    people_and_roles,
    provider,
    recall,
    set_up,
    sign_in,
    today,
)

ROUTERS: tuple[APIRouter, ...] = (
    today.router,
    evidence.router,
    administration.router,
    people_and_roles.router,
    audit.router,
    recall.router,
    account.router,
    sign_in.router,
    provider.router,
    set_up.router,
    api.router,
    api_patients.router,
)
