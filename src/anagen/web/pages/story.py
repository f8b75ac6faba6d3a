"""A patient's story: timeline, forecast and counts in one picture, and one sentence above it."""

from typing import Any

from fastapi import APIRouter, Request, Response

from anagen.care import words
from anagen.care.chart import forecast_chart
from anagen.care.table import numbers_of
from anagen.screening import BARRED
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import person_of
from anagen.web.story import (
    LATEST,
    TO_DO,
    TO_READ,
    draft_of,
    kept_forecasts,
    measured,
    next_step,
    open_events,
    sentence,
    timeline,
)

router = APIRouter(include_in_schema=False)


@router.get("/patients/{patient}")
def story(request: Request, patient: str, actor: Any = needs("patients:read")) -> Response:  # noqa: ARG001
    """Everything about one patient at a glance."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    kept = kept_forecasts(person.plan) if person.plan else {}
    forecast = kept.get("plan")
    figures = numbers = None
    if forecast is not None:
        drawn = {
            "title": person.plan.name if person.plan else "",
            "no_needling": kept.get("no_needling"),
            "points": measured(person, forecast),
        }
        figures = [
            forecast_chart(forecast, **drawn, width=width, key=key)
            for width, key in ((780, "wide"), (344, "narrow"))
        ]
        numbers = numbers_of(forecast, kept.get("no_needling"))
    return page(
        request,
        "story.html",
        person=person,
        moments=timeline(person),
        latest=LATEST,
        to_do=TO_DO,
        to_read=TO_READ,
        next=next_step(person),
        draft=draft_of(person),
        open_events=open_events(person),
        barred=bool(person.screenings) and person.screenings[-1].decision in BARRED,
        said=sentence(person, forecast),
        figures=figures,
        numbers=numbers,
        warnings=forecast.warnings if forecast else (),
        decision=words.DECISIONS[person.screenings[-1].decision] if person.screenings else "",
    )
