"""Compare plans: courses side by side with no needling, and keeping one of them.

While a slider moves few draws are computed, on release all; both are said under the charts. The
same address gives the whole page and, to htmx, the part that changes.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from anagen.care.compare_view import (
    ENDPOINTS,
    MEASURES,
    NO_NEEDLING,
    Comparison,
    comparison,
    name_of,
)
from anagen.care.words import CONCERNS, DECISIONS, SEVERITIES
from anagen.care.words import plain as without_controls
from anagen.patient import Patient
from anagen.protocol import Protocol, nothing
from anagen.reading import BadInput
from anagen.records import tables
from anagen.screening import BARRED, screen
from anagen.web import course_form
from anagen.web.forecaster import ModelAway
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import Person, person_of, plain
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
FEW, ALL = 100, 200  # draws while a slider moves, and on release: one chunk and two
KEPT_DRAWS, SEED = 500, 0
CHART_PX = 270  # as narrow as a column, so that its letters keep their size


@router.get("/patients/{patient}/compare")
def compare(request: Request, patient: str, actor: Any = needs("patients:read")) -> Response:  # noqa: ARG001
    """Two or three courses and no needling on one scale."""
    person, typed = _person(request, patient), dict(request.query_params)
    if not any(name.endswith(".device") for name in typed):
        typed = course_form.first_courses(person.facts) | typed
    few = typed.get("draws") == "few"
    error, status, found = "", 200, None
    try:
        found = _compared(request, person.facts, typed, FEW if few else ALL)
    except (BadInput, ModelAway) as refused:
        error, status = str(refused), 422 if isinstance(refused, BadInput) else 200
    values = {
        "person": person,
        "typed": typed,
        "form": course_form,
        "found": found,
        "few": few,
        "draws": (FEW, ALL),
        "measures": MEASURES,
        "decisions": DECISIONS,
        "short": {key: f"Plan {key.upper()}" for key in course_form.KEYS} | {"none": NO_NEEDLING},
        "error": error,
        "keep": {key: urlencode(_asked(typed, key)) for key in course_form.KEYS},
    }
    part = request.headers.get("hx-request") == "true"
    answer = page(request, "comparison.html" if part else "compare.html", status, **values)
    answer.headers["vary"] = "hx-request"
    return answer


@router.get("/patients/{patient}/compare/keep")
def look(request: Request, patient: str, actor: Any = needs("plans:write")) -> Response:  # noqa: ARG001
    """One course with its screening, before it is kept."""
    typed = dict(request.query_params)
    return _keep_page(request, _person(request, patient), typed)


@router.post("/patients/{patient}/compare/keep")
def keep(
    request: Request, patient: str, typed: Typed, actor: Any = needs("plans:write")
) -> Response:
    """Keep a course as a plan: screened, forecast and frozen with its inputs."""
    person = _person(request, patient)
    try:
        protocol, weeks = _one(typed), course_form.weeks_of(typed)
        reason = without_controls(typed.get("override_reason", ""))
        screening = screen(person.facts, protocol)
        if screening.decision in BARRED and not reason:
            raise BadInput(
                "the screening does not let this course go ahead; a plan against it needs a reason."
            )
        first_day = _day(typed.get("first_day", ""))
        forecast = request.app.state.forecaster.kept(
            person.facts, protocol, weeks, KEPT_DRAWS, SEED
        )
    except (BadInput, ModelAway) as refused:
        return _keep_page(request, person, typed, str(refused))
    facts = plain(person.facts)
    with request.app.state.store.writing(actor) as entry:
        screened = entry.add(
            tables.Screening(
                patient=patient,
                facts=facts,
                protocol=plain(protocol),
                decision=screening.decision,
                result=screening.as_dict(),
                version=screening.version,
            )
        )
        kept = entry.add(
            tables.Plan(
                patient=patient,
                screening=screened.record,
                name=without_controls(typed.get("name", ""))[:200] or name_of(protocol),
                facts=facts,
                protocol=plain(protocol),
                weeks=weeks,
                draws=KEPT_DRAWS,
                seed=SEED,
                model_version=forecast["model_version"],
                forecast=forecast,
                first_day=first_day,
                override_reason=reason if screening.decision in BARRED else None,
            )
        )
        if screening.decision in BARRED:
            entry.note(
                "override", "Plan", kept.record, kept.id, decision=screening.decision, reason=reason
            )
        record = kept.record
    return RedirectResponse(f"/patients/{patient}/plans/{record}", 303)


def _person(request: Request, patient: str) -> Person:
    with request.app.state.store.reading() as db:
        return person_of(db, patient)


def _compared(
    request: Request, patient: Patient, typed: Mapping[str, str], draws: int
) -> Comparison:
    """The courses of the form, each asked for by itself: what did not change is answered from
    memory."""
    weeks, courses = course_form.weeks_of(typed), list(course_form.chosen(typed))
    if not courses:
        raise BadInput("nothing is chosen; allowed are one to three courses.")
    protocols = [*(protocol for _, protocol in courses), nothing(courses[0][1])]
    forecaster = request.app.state.forecaster

    def asked(protocol: Protocol) -> Any:
        return forecaster.ask(patient, [protocol], weeks, draws, SEED, ENDPOINTS)[0]

    with ThreadPoolExecutor(len(protocols)) as threads:
        forecasts = list(threads.map(asked, protocols))
    named = [(key, f"{key.upper()}: {name_of(protocol)}") for key, protocol in courses]
    return comparison(named, forecasts, width=CHART_PX)


def _asked(typed: Mapping[str, str], key: str) -> dict[str, str]:
    """What the page of keeping is asked with."""
    asked = {"column": key, "weeks": typed.get("weeks") or "52"}
    return asked | course_form.query_of(typed, key)


def _one(typed: Mapping[str, str]) -> Protocol:
    key = typed.get("column", "")
    if key not in course_form.KEYS:
        raise BadInput(f"column is {key[:20]!r}; allowed is a, b or c.")
    return course_form.protocol_of(typed, key)


def _keep_page(
    request: Request, person: Person, typed: Mapping[str, str], error: str = ""
) -> Response:
    protocol = screening = None
    try:
        protocol = _one(typed)
        screening = screen(person.facts, protocol)
    except BadInput as refused:
        error = error or str(refused)
    return page(
        request,
        "keep_plan.html",
        422 if error else 200,
        person=person,
        typed=typed,
        protocol=protocol,
        name=name_of(protocol) if protocol else "",
        screening=screening,
        barred=screening is not None and screening.decision in BARRED,
        asked=_asked(typed, typed.get("column", "")) if protocol else {},
        draws=KEPT_DRAWS,
        today=date.today().isoformat(),
        decisions=DECISIONS,
        severities=SEVERITIES,
        concerns=CONCERNS,
        error=error,
    )


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise BadInput(f"first day is {said[:20]!r}; allowed is a day as YYYY-MM-DD.") from None
