"""Consents: to the treatment and, apart from it, to photographs; each can be taken back."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from anagen.reading import BadInput, Stated
from anagen.records import tables
from anagen.records.current import current_one
from anagen.web import forms
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import person_of
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
WRITE = "consents:write"


class Asked(Stated):
    """A consent as it was asked for."""

    kind: Literal["treatment", "photographs"] = Field(description='"treatment" or "photographs"')
    given: bool = Field(description="yes or no: what the person said")
    on: date = Field(description="a day as YYYY-MM-DD, up to today")
    language: Literal["en", "es"] = Field(description='"en" or "es": the language it was asked in')
    off_label_said: bool | None = Field(
        default=None, description="yes where the person was told that needling is off-label"
    )
    note: str | None = Field(default=None, max_length=500, description="up to 500 characters")


@router.get("/patients/{patient}/consents", dependencies=[needs("patients:read")])
def consents(request: Request, patient: str) -> Response:
    """What was agreed to."""
    return _shown(request, patient, {"on": date.today().isoformat()})


@router.post("/patients/{patient}/consents")
def ask(request: Request, patient: str, typed: Typed, actor: Any = needs(WRITE)) -> Response:
    """A consent that was asked for, given or not."""
    try:
        told = Asked.from_table(forms.table(Asked, typed), where="the consent")
        forms.check_not_ahead(told.on, "the consent", "on")
        if told.kind == "treatment" and told.given and not told.off_label_said:
            raise BadInput(
                "the consent: off_label_said must be yes; a consent to needling without knowing "
                "that it is off-label is none.",
                "off_label_said",
            )
        with request.app.state.store.writing(actor) as entry:
            entry.add(tables.Consent(patient=patient, document=None, **told.model_dump()))
    except BadInput as fault:
        return _shown(request, patient, typed, fault)
    return RedirectResponse(f"/patients/{patient}/consents", 303)


@router.post("/patients/{patient}/consents/{record}/take-back")
def take_back(
    request: Request, patient: str, record: str, typed: Typed, actor: Any = needs(WRITE)
) -> Response:
    """The person takes a consent back; that it was given stays in the history."""
    with request.app.state.store.writing(actor) as entry:
        row = current_one(entry.db, tables.Consent, record, tables.Consent.patient == patient)
        reason = typed.get("reason", "").strip()[:500] or "taken back by the person"
        entry.correct(row, reason, given=False, on=date.today())
    return RedirectResponse(f"/patients/{patient}/consents", 303)


def _shown(
    request: Request, patient: str, typed: dict[str, str], error: BadInput | str = ""
) -> Response:
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    return page(
        request,
        "consents.html",
        422 if error else 200,
        person=person,
        error=error,
        fields=forms.fields(Asked, typed),
    )
