"""The calendar of a person's course: as first planned, and planned anew when a visit must wait."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from anagen.care.appointments import (
    When,
    appointments,
    moved,
    needs_pressure,
    visit_days,
)
from anagen.care.calendar_file import Written, calendar_file, course_id
from anagen.care.pages import Language
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput
from anagen.screening import BARRED

if TYPE_CHECKING:
    from anagen.screening import Screening


@dataclass(frozen=True)
class Replanned:
    """A course planned anew: the file, and what became of the visits, with the reasons."""

    file: bytes
    visits: tuple[When, ...]  # those that are left, past ones among them
    waits_until: date | None  # the next visit's new day, where it moved
    reasons: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """What changed, as plain data for JSON."""
        return {
            "visits": [when.day.isoformat() for when in self.visits],
            "waits_until": self.waits_until.isoformat() if self.waits_until else None,
            "reasons": list(self.reasons),
            "off_label": True,
        }


def first_calendar(
    patient: Patient,
    protocol: Protocol,
    screening: "Screening",
    first: When,
    weeks: int,
    pause_h: float = 0.0,
    language: Language = "en",
) -> bytes:
    """A course from its first day on. ``pause_h`` is the restart worked out for the person; a
    longer hold of the protocol goes before it."""
    visits = [first.on(day) for day in visit_days(protocol, first.day, weeks)]
    entries = appointments(
        visits, first, weeks, _pause_h(protocol, pause_h), needs_pressure(protocol, screening)
    )
    course = course_id(patient.model_dump_json(), first.day)
    return calendar_file(course, entries, first.day, language)


def _pause_h(protocol: Protocol, *others_h: float) -> float:
    """The longest of all waits: what is put on again at once is what must not be."""
    return max((*others_h, *(topical.hold_hours or 0 for topical in protocol.topicals)))


def replan(
    before: Written,
    protocol: Protocol,
    screening: "Screening",
    today: date,
    weeks: int,
    until: date | None = None,
    pause_h: float = 0.0,
    language: Language = "en",
) -> Replanned:
    """The course after a screening of ``today``; identifiers stay, so that entries move.

    needling allowed    everything stays, unless ``until`` asks for a later day
    wait                the next visit and all after it move to ``until``, or to the end of the wait
                        that a rule names
    refer, or never     the visits to come are cancelled until that is settled; reviews stay
    Pauses stay as long as they were, or grow to ``pause_h``.
    Raises `BadInput` where a wait has no number of days and ``until`` is not given.
    """
    visits = before.visits()
    reasons = tuple(
        f"{finding.title}: {finding.action} ({finding.rule})"
        for finding in screening.findings
        if finding.leads_to in BARRED and finding.applies_to in {"procedure", "operator"}
    )
    past = [when for when in visits if when.day < today]
    first = _first(before, visits)
    waits_until = None
    if until is None and screening.decision in {"refer", "do_not_treat"}:
        visits = past
    elif until is None and before.cancelled:
        raise BadInput(
            "the visits to come are cancelled; give --until YYYY-MM-DD, the day of the next one."
        )
    elif len(past) < len(visits) and (screening.decision in BARRED or until is not None):
        waits_until = until or _end_of_wait(screening, today)
        waits_until = max(waits_until, visits[len(past)].day)
        visits = moved(visits, len(past) + 1, waits_until)
    entries = appointments(
        visits,
        first,
        weeks,
        _pause_h(protocol, pause_h, before.pause_h),
        needs_pressure(protocol, screening),
    )
    file = calendar_file(before.course, entries, today, language, before)
    return Replanned(file, tuple(visits), waits_until, reasons)


def _first(before: Written, visits: list[When]) -> When:
    """Day 0, from which reviews are counted: kept by their own days, whatever the visits do."""
    for entry in before.entries:
        kind, _, number = entry.key.partition("-")
        if kind == "review":
            held = before.when(entry)
            return held.on(held.day - timedelta(weeks=int(number)))
    if not visits:
        raise BadInput("the calendar holds neither a visit nor a review; nothing can be planned.")
    return visits[0]


def _end_of_wait(screening: "Screening", today: date) -> date:
    waits = [
        finding.wait_days
        for finding in screening.findings
        if finding.leads_to == "defer" and finding.wait_days
    ]
    open_ended = [
        finding
        for finding in screening.findings
        if finding.leads_to == "defer" and not finding.wait_days
    ]
    if open_ended or not waits:
        named = open_ended[0].title if open_ended else "the screening"
        raise BadInput(
            f"{named} names no number of days; give --until YYYY-MM-DD, the day from which a visit "
            "may be."
        )
    return today + timedelta(days=round(max(waits)))
