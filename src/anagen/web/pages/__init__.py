"""One file a page; `ROUTERS` are all of them, in the order of the house."""

from fastapi import APIRouter

from anagen.web.pages import (
    account,
    administration,
    consents,
    counts,
    documents,
    events,
    followup,
    patients,
    people_and_roles,
    plans,
    provider,
    screening,
    set_up,
    sign_in,
    story,
    today,
)

ROUTERS: tuple[APIRouter, ...] = (
    today.router,
    patients.router,
    screening.router,
    plans.router,
    counts.router,
    followup.router,
    documents.router,
    events.router,
    consents.router,
    story.router,
    administration.router,
    people_and_roles.router,
    account.router,
    sign_in.router,
    provider.router,
    set_up.router,
)
