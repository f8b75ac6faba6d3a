"""The microscope of one person's course: an animated cross-section, or four still pictures."""

import json
from dataclasses import dataclass
from math import log
from typing import Any

from fastapi import APIRouter, Request, Response

from anagen.care.compare_view import name_of
from anagen.care.drawing import NEEDLE
from anagen.care.living_microscope import (
    ENDPOINTS,
    LivingMicroscope,
    living_microscope,
    said_time,
)
from anagen.options import candidates
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput
from anagen.web.forecaster import ModelAway
from anagen.web.gate import needs
from anagen.web.in_words import day_in_words
from anagen.web.page import page
from anagen.web.person import Person, person_of, protocol_of

router = APIRouter(include_in_schema=False)
DRAWS, SEED, MOST_WEEKS = 200, 0, 52
_TICKS = ((60, "1 min"), (3600, "1 h"), (86_400, "1 day"), (604_800, "1 week"))
_TICKS += ((15_778_800, "6 months"),)


@dataclass(frozen=True)
class Course:
    """What can be looked at."""

    name: str
    patient: Patient
    protocol: Protocol
    weeks: int


@router.get("/patients/{patient}/microscope")
def microscope(
    request: Request,
    patient: str,
    plan: str = "",
    actor: Any = needs("patients:read"),  # noqa: ARG001
) -> Response:
    """The course of a plan, or a usual one, in close-up."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    courses = _courses(person)
    chosen = plan if plan in courses else next(iter(courses))
    scope, error, status = None, "", 200
    try:
        scope = _scope(request, courses[chosen])
    except (BadInput, ModelAway) as refused:
        error, status = str(refused), 422 if isinstance(refused, BadInput) else 200
    return page(
        request,
        "microscope.html",
        status,
        person=person,
        courses={key: course.name for key, course in courses.items()},
        chosen=chosen,
        scope=scope,
        data=json.dumps(scope.data(), separators=(",", ":")) if scope else "",
        ticks=_ticks(scope) if scope else "",
        said_time=said_time,
        error=error,
    )


def _courses(person: Person) -> dict[str, Course]:
    """The person's plans, the one that holds first, each with its frozen inputs; behind them what
    a plan would offer."""
    held = person.plan
    plans = sorted(person.plans, key=lambda each: (each is not held, each.recorded_at))
    found = {
        plan.record: Course(
            f"{plan.name}, from {day_in_words(plan.first_day)}",
            Patient.from_table(plan.facts, where="the kept patient"),
            protocol_of(plan),
            min(plan.weeks, MOST_WEEKS),
        )
        for plan in plans
    }
    needled = [each for each in candidates(person.facts) if each.protocol.course.sessions]
    for each in (needled[1], needled[-1]):
        said = f"no plan yet: {name_of(each.protocol)}"
        found[each.key] = Course(said, person.facts, each.protocol, MOST_WEEKS)
    return found


def _scope(request: Request, course: Course) -> LivingMicroscope:
    forecaster = request.app.state.forecaster
    seen = forecaster.close_up(course.patient, course.protocol, course.weeks, DRAWS, SEED)
    (forecast,) = forecaster.ask(
        course.patient, [course.protocol], course.weeks, DRAWS, SEED, ENDPOINTS
    )
    return living_microscope(seen, forecast)


def _ticks(scope: LivingMicroscope) -> str:
    """The slider's scale: named times, and a needle for each session after the first."""
    first, last = scope.seconds[1], scope.seconds[-1]

    def at(second: float) -> float:
        return 8 + 384 * log(second / first) / log(last / first)

    named = "".join(
        f'<path d="M{at(second):.1f} 0v5" stroke="var(--quiet)"/>'
        f'<text x="{min(at(second), 372.0):.1f}" y="17" text-anchor="middle" fill="var(--quiet)" '
        f'font-size="12">{said}</text>'
        for second, said in _TICKS
        if second < last
    )
    needles = "".join(
        f"M{at(second):.1f} 40{NEEDLE}" for second in scope.sessions_s if second > first
    )
    return f'<svg viewBox="0 0 400 42">{named}<path d="{needles}" fill="var(--needle)"/></svg>'
