"""One patient's story: what happened in the order of its days, and where the hair stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from anagen.care import words
from anagen.care.drawing import Point
from anagen.care.words import THIN
from anagen.counting import METHODS, count_error_per_cm2, smallest_change_per_cm2, turnover_per_cm2
from anagen.evidence.parameters import parameters
from anagen.kept_forecast import KeptForecast
from anagen.records import tables
from anagen.screening import BARRED
from anagen.web.in_words import day_in_words
from anagen.web.person import Person, local_day, protocol_of

TOTAL = "total_density_per_cm2"
LATEST = 12  # moments of the timeline that are open to the eye; the others are a click away
LATELY = timedelta(days=30)  # for as long an adverse event that is not over is brought up
# What can be done for a person, and what can be read: where, in which words, who may.
TO_DO = (
    ("screenings/new", "Screen", "patients:read"),
    ("compare", "Compare plans", "patients:read"),
    ("sessions/new", "Record a session", "sessions:write"),
    ("followup", "Follow-up", "patients:read"),
    ("events/new", "Adverse event", "events:write"),
)
TO_READ = (
    ("documents", "Documents", "documents:read"),
    ("consents", "Consents", "patients:read"),
    ("microscope", "Microscope", "patients:read"),
    ("facts", "What is known", "patients:write"),
    ("export", "Export", "export:person"),
)


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline."""

    day: date
    kind: str  # screening, plan, session, count, event, document, consent, photo
    title: str
    said: str
    to: str  # its page, empty where it has none
    pill: str = ""
    tone: str = ""  # of the pill: alarm, caution or good


def timeline(person: Person) -> list[Moment]:
    """Everything on record, the latest first."""
    home = f"/patients/{person.row.record}"
    moments = [_screening(each, home) for each in person.screenings]
    moments += [_plan(each, person, home) for each in person.plans]
    moments += [_session(each, home) for each in person.sessions]
    moments += [_count(each, home) for each in person.counts]
    moments += [_event(each, home) for each in person.events]
    moments += [_consent(each, home) for each in person.consents]
    moments += _photographs(person, home)
    moments += _documents(person, home)
    return sorted(moments, key=lambda moment: moment.day, reverse=True)


def draft_of(person: Person) -> tables.Plan | None:
    """The latest plan, where it waits for a signature."""
    latest = person.plans[-1] if person.plans else None
    return None if latest is None or person.approved(latest.id) else latest


def next_step(person: Person) -> str:
    """Of the steps the one that comes next; empty where a plan is to be signed or an adverse event
    to be seen to first, and where the screening speaks against needling."""
    plan = person.plan
    if not person.screenings:
        return "screenings/new"
    if open_events(person) or draft_of(person) or person.screenings[-1].decision in BARRED:
        return ""
    if plan is None:
        return "compare"
    done = sum(each.plan == plan.record for each in person.sessions)
    return "sessions/new" if done < protocol_of(plan).course.sessions else "followup"


def open_events(person: Person) -> list[tables.AdverseEvent]:
    """Adverse events of late that are not over."""
    late = [each for each in person.events if each.on >= person.day - LATELY]
    return [each for each in late if not each.assessment.get("over")]


def kept_forecasts(plan: tables.Plan) -> dict[str, KeptForecast]:
    """The forecast of a plan and, as ``no_needling``, what it is held against."""
    kept: Mapping[str, Any] = plan.forecast
    found = {"plan": KeptForecast.of(kept, plan.facts, plan.protocol or {})}
    if kept.get("no_needling"):
        found["no_needling"] = KeptForecast.of(
            kept["no_needling"], plan.facts, kept["no_needling_protocol"]
        )
    return found


def measured(person: Person, forecast: KeptForecast) -> list[Point]:
    """The counts of all hairs with the half-width of their error (95 %), by week of the course."""
    start = person.first_day
    if start is None:
        return []
    factor = parameters()["counting.change_confidence_factor"].centre
    follicles = forecast.band("follicles_per_cm2")["median"][0]
    points = []
    for count in person.counts:
        week, density = (count.on - start).days / 7, count.total_density_per_cm2
        if density is None or not 0 < week <= forecast.weeks[-1]:
            continue
        method = count.method if count.method in METHODS else "phototrichogram"
        error = np.hypot(
            count_error_per_cm2(np.array(density), method),
            turnover_per_cm2(np.array(density), follicles, count.area_cm2 or 1.0),
        )
        points.append(Point(week, density, factor * float(error), used=True))
    return points


def sentence(person: Person, forecast: KeptForecast | None) -> str:
    """The one sentence that a clinician needs."""
    if forecast is None:
        screened = bool(person.screenings)
        return "There is no plan yet." if screened else "Not screened yet: that is the first step."
    points = measured(person, forecast)
    if not points:
        week = max(forecast.detectable.chance_of_gain, key=lambda each: (each <= 24, each))
        return f"No count since the start. {words.expectation(forecast, week)}"
    last = points[-1]
    base = _baseline(person, forecast)
    gain, nearest = last.value - base, min(round(last.week), int(forecast.weeks[-1]))
    method = next(count.method for count in reversed(person.counts) if count.total_density_per_cm2)
    blind = smallest_change_per_cm2(base, method if method in METHODS else "phototrichogram")
    verdict = "within" if abs(gain) < blind else "more than"
    band = forecast.band(TOTAL)
    low, high = (words.signed(float(band[name][nearest]) - base) for name in ("p05", "p95"))
    return (
        f"Week {last.week:.0f}: {words.signed(gain)} hairs/cm², {verdict} counting error "
        f"(±{words.number(blind)}); forecast range {low} to {high}{THIN}hairs/cm²."
    )


def _baseline(person: Person, forecast: KeptForecast) -> float:
    """What the change is counted from: the last count up to the first day, else the forecast's."""
    start = person.first_day
    counted = [
        count.total_density_per_cm2
        for count in person.counts
        if start and count.on <= start and count.total_density_per_cm2 is not None
    ]
    return counted[-1] if counted else float(forecast.band(TOTAL)["median"][0])


_TONES = {"proceed": "good", "caution": "caution"}
_URGENT = {"emergency": "alarm", "same_day": "alarm", "this_week": "caution"}


def _screening(row: tables.Screening, home: str) -> Moment:
    findings = row.result.get("findings", [])
    against = [each["title"] for each in findings if each["severity"] != "information"]
    worst = against[0] if against else "No rule speaks against needling."
    more = f" and {len(against) - 1} more" if len(against) > 1 else ""
    tone, pill = _TONES.get(row.decision, "alarm"), row.decision.replace("_", " ")
    to = f"{home}/screenings/{row.record}"
    return Moment(
        local_day(row.recorded_at), "screening", "Screening", worst + more, to, pill, tone
    )


def _plan(row: tables.Plan, person: Person, home: str) -> Moment:
    approved = person.approved(row.id)
    pill, tone = ("approved", "good") if approved else ("draft", "caution")
    said = f"{row.name}, from {day_in_words(row.first_day)}"
    to = f"{home}/plans/{row.record}"
    return Moment(local_day(row.recorded_at), "plan", "Plan", said, to, pill, tone)


def _session(row: tables.SessionRecord, home: str) -> Moment:
    depths = [zone["depth_mm"] for zone in row.zones if zone.get("depth_mm") is not None]
    where = ", ".join(dict.fromkeys(str(zone["zone"]).replace("_", " ") for zone in row.zones))
    deep = f"{min(depths):g} to {max(depths):g}" if depths and min(depths) < max(depths) else ""
    deep = deep or (f"{depths[0]:g}" if depths else "")
    said = f"{where}{f', {deep}{THIN}mm' if deep else ''}; {row.reaction or 'no reaction written'}"
    to = f"{home}/sessions/{row.record}"
    return Moment(local_day(row.performed_at), "session", f"Session {row.number}", said, to)


def _count(row: tables.HairCount, home: str) -> Moment:
    values = []
    if row.total_density_per_cm2 is not None:
        values.append(f"{words.number(row.total_density_per_cm2)} hairs/cm²")
    if row.mean_diameter_um is not None:
        values.append(f"{words.number(row.mean_diameter_um)}{THIN}µm")
    if row.anagen_fraction is not None:
        values.append(f"{row.anagen_fraction:.0%} growing")
    said = f"{', '.join(values)}; {row.method.replace('_', ' ')}"
    return Moment(row.on, "count", "Hair count", said, f"{home}/counts/{row.record}")


def _event(row: tables.AdverseEvent, home: str) -> Moment:
    said = str(row.assessment.get("label", row.kind.replace("_", " ")))
    pill, tone = row.urgency.replace("_", " "), _URGENT.get(row.urgency, "")
    return Moment(row.on, "event", "Adverse event", said, f"{home}/events/{row.record}", pill, tone)


def _consent(row: tables.Consent, home: str) -> Moment:
    said = f"{row.kind}: {'given' if row.given else 'not given, or withdrawn'}"
    tone = "good" if row.given else "alarm"
    return Moment(row.on, "consent", "Consent", said, f"{home}/consents", "", tone)


def _photographs(person: Person, home: str) -> list[Moment]:
    days: dict[date, int] = {}
    for photo in person.photos:
        days[photo.taken_on] = days.get(photo.taken_on, 0) + 1
    return [
        Moment(day, "photo", "Photographs", f"{n} taken", f"{home}/followup#photographs")
        for day, n in days.items()
    ]


def _documents(person: Person, home: str) -> list[Moment]:
    days: dict[date, int] = {}
    for document in person.documents:
        day = local_day(document.recorded_at)
        days[day] = days.get(day, 0) + 1
    return [
        Moment(day, "document", "Documents", f"{n} prepared", f"{home}/documents")
        for day, n in days.items()
    ]
