"""The days of a course: visits, pauses and restarts, reviews with photographs, blood pressure.

Each has a key that it keeps for good ("visit-3"), so that a course planned anew moves what there
is and doubles nothing. Hours are true hours: 48 of them end at another time on the clock when the
clocks change in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from anagen.protocol import Protocol
from anagen.reading import BadInput

if TYPE_CHECKING:
    from anagen.screening import Screening

REVIEW_WEEKS = (12, 24, 36, 52)
PRESSURE_WEEKS = (0, 4, 12)  # judgement: before the first dose and once its effect has settled
VISIT = timedelta(minutes=90)  # numbing, needling and talk
SHORT = timedelta(minutes=30)


@dataclass(frozen=True)
class When:
    """A day, or a moment where the clinic has set an hour."""

    day: date
    at: time | None = None
    zone: str | None = None

    @property
    def start(self) -> date | datetime:
        """As calendars want it."""
        if self.at is None or self.zone is None:
            return self.day
        return datetime.combine(self.day, self.at, ZoneInfo(self.zone))

    def later(self, hours: float) -> "When":
        """So many true hours later; without an hour, the first day by which they are over."""
        if self.at is None or self.zone is None:
            return replace(self, day=self.day + timedelta(days=-(-hours // 24)))
        moment = datetime.combine(self.day, self.at, ZoneInfo(self.zone)).astimezone(UTC)
        local = (moment + timedelta(hours=hours)).astimezone(ZoneInfo(self.zone))
        return replace(self, day=local.date(), at=local.time())

    def on(self, day: date) -> "When":
        """The same hour on another day."""
        return replace(self, day=day)


@dataclass(frozen=True)
class Appointment:
    """One entry of the course. ``kind`` and ``number`` name its text in every language."""

    key: str  # what makes it this entry of the course, for good
    kind: str  # visit, pause, restart, review or pressure
    number: int  # of the visit, or the week
    when: When
    hours: float = 0.0  # of a pause
    of: int = 0  # visits in all

    @property
    def end(self) -> date | datetime:
        """As calendars want it: the day after, or the hour at which it is over."""
        start = self.when.start
        if not isinstance(start, datetime):
            return start + timedelta(days=1)
        if self.kind == "pause":
            return self.when.later(self.hours).start
        return start + (VISIT if self.kind == "visit" else SHORT)


def visit_days(protocol: Protocol, start: date, weeks: int) -> list[date]:
    """The days of the sessions that begin within so many weeks."""
    days = [start + timedelta(days=round(day)) for day in protocol.course.session_days]
    return [day for day in days if day < start + timedelta(weeks=weeks)]


def appointments(
    visits: Sequence[When],
    first: When,
    weeks: int,
    pause_h: float,
    pressure: bool = False,
) -> list[Appointment]:
    """All entries of a course, in their order; ``first`` is day 0, from which weeks are counted.

    Reviews keep their week whatever happens to a visit: a forecast is held against them.
    """
    found = []
    for number, when in enumerate(visits, start=1):
        found.append(Appointment(f"visit-{number}", "visit", number, when, of=len(visits)))
        if not pause_h:
            continue
        found.append(Appointment(f"pause-{number}", "pause", number, when, pause_h))
        again = when.later(pause_h)
        if number == len(visits) or again.day < visits[number].day:
            found.append(Appointment(f"restart-{number}", "restart", number, again, pause_h))
    marks = [("review", week) for week in REVIEW_WEEKS]
    if pressure:
        marks += [("pressure", week) for week in PRESSURE_WEEKS]
    for kind, week in marks:
        if week <= weeks:
            day = first.day + timedelta(weeks=week)
            found.append(Appointment(f"{kind}-{week}", kind, week, first.on(day)))
    return sorted(found, key=lambda each: (each.when.day, each.when.at or time(), each.key))


def needs_pressure(protocol: Protocol, screening: "Screening") -> bool:
    """Whether blood pressure is to be measured: minoxidil by mouth, or on the scalp of a person
    with heart or vessel disease (rules C36a, C35b)."""
    if protocol.medicine("oral_minoxidil") is not None:
        return True
    found = {finding.rule for finding in screening.findings}
    return protocol.topical("minoxidil") is not None and bool(found & {"C36a", "C35b"})


def moved(visits: Sequence[When], number: int, day: date) -> list[When]:
    """Visit ``number`` and all later ones, moved so that it falls on ``day``.

    Raises `BadInput` for a visit that there is not, or a day not after the visit before it.
    """
    if not 1 <= number <= len(visits):
        raise BadInput(f"there is no visit {number}; allowed is 1 to {len(visits)}.")
    if number > 1 and day <= visits[number - 2].day:
        raise BadInput(
            f"visit {number} cannot be on {day}; allowed is a day after visit {number - 1}, "
            f"{visits[number - 2].day}."
        )
    shift = day - visits[number - 1].day
    later = [when.on(when.day + shift) for when in visits[number - 1 :]]
    return [*visits[: number - 1], *later]
