"""A course as an .ics file, and back: what any calendar reads, and what a new plan starts from.

Titles say nothing of health, because calendars are shared with employers and families. Each entry
keeps its identifier for good and counts its changes (SEQUENCE, RFC 5545), so that a calendar that
reads the file again moves entries and doubles none; what falls away is cancelled, not left out.
The same course gives the same file to the byte: no clock, no chance.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event

from anagen.care.appointments import Appointment, When
from anagen.care.pages import Language, page
from anagen.reading import BadInput

_NAMES = UUID("6f9d2c0e-3d5b-5c57-9a5e-2f0f6f1b8a11")  # any fixed value; never to be changed
LONGEST_PAUSE_H = 672  # of a hold in a protocol
_PAUSE = "x-anagen-hours"  # how long daily things pause after a visit
_UID = re.compile(r"(?P<course>[0-9a-f-]{36})\.(?P<key>[a-z]+-\d+)@anagen")


@dataclass(frozen=True)
class Kept:
    """One entry of a file that was written before."""

    key: str
    start: date | datetime
    end: date | datetime
    sequence: int
    cancelled: bool


@dataclass(frozen=True)
class Written:
    """What a calendar file of this program holds."""

    course: str  # the identifier that all entries share
    zone: str | None  # where hours are read on the clock
    pause_h: float  # 0 where nothing pauses
    entries: tuple[Kept, ...]

    def visits(self) -> list[When]:
        """When the visits are, by their number; those cancelled are where they were."""
        return [self.when(entry) for entry in self._of_visits()]

    def when(self, entry: Kept) -> When:
        """Where an entry stands, by the clock of the clinic."""
        if not isinstance(entry.start, datetime) or self.zone is None:
            return When(entry.start)
        local = entry.start.astimezone(ZoneInfo(self.zone))
        return When(local.date(), local.time(), self.zone)

    @property
    def cancelled(self) -> bool:
        """Whether visits to come have been cancelled."""
        return any(entry.cancelled for entry in self._of_visits())

    def _of_visits(self) -> list[Kept]:
        found = [entry for entry in self.entries if entry.key.startswith("visit-")]
        return sorted(found, key=lambda entry: int(entry.key.partition("-")[2]))


def course_id(whose: str, start: date) -> str:
    """The identifier of one person's course; ``whose`` goes into it as a hash, not to be read."""
    return str(uuid5(_NAMES, f"{whose}|{start.isoformat()}"))


def calendar_file(
    course: str,
    entries: Sequence[Appointment],
    stamp: date,
    language: Language = "en",
    before: Written | None = None,
) -> bytes:
    """The entries of a course; ``before`` is the file that they take the place of.

    ``stamp`` is the day on which the file was made.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//anagen//course//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    words = page("calendar", language)
    calendar.add("x-wr-calname", words["name"])
    zone = next((entry.when.zone for entry in entries if entry.when.zone), None)
    if zone:
        calendar.add("x-wr-timezone", zone)
    calendar.add(_PAUSE, f"{max((entry.hours for entry in entries), default=0.0):g}")
    known = {entry.key: entry for entry in before.entries} if before else {}
    kept = {entry.key for entry in entries}
    for entry in entries:
        calendar.add_component(_event(course, entry, stamp, language, known.get(entry.key)))
    for entry in known.values():
        if entry.key not in kept:
            calendar.add_component(_cancelled(course, entry, stamp, words["cancelled"]))
    return calendar.to_ical()


def _event(
    course: str, entry: Appointment, stamp: date, language: Language, before: Kept | None
) -> Event:
    words = page("calendar", language)[entry.kind]
    told = {"number": entry.number, "of": entry.of, "hours": f"{entry.hours:g}"}
    start, end = _instant(entry.when.start), _instant(entry.end)
    event = _bare(course, entry.key, start, end, stamp)
    event.add("summary", words["title"].format(**told))
    event.add("description", words["text"].format(**told))
    busy = isinstance(start, datetime) and entry.kind in {"visit", "review", "pressure"}
    event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    event.add("status", "CONFIRMED")
    event.add("sequence", _sequence(before, start, end))
    return event


def _instant(moment: date | datetime) -> date | datetime:
    """In UTC, which every calendar reads alike; not all understand a table of summer times."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _sequence(before: Kept | None, start: date | datetime, end: date | datetime) -> int:
    if before is None:
        return 0
    same = (before.start, before.end, before.cancelled) == (start, end, False)
    return before.sequence if same else before.sequence + 1


def _cancelled(course: str, entry: Kept, stamp: date, title: str) -> Event:
    event = _bare(course, entry.key, entry.start, entry.end, stamp)
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED")
    event.add("sequence", entry.sequence if entry.cancelled else entry.sequence + 1)
    return event


def _bare(
    course: str, key: str, start: date | datetime, end: date | datetime, stamp: date
) -> Event:
    event = Event()
    event.add("uid", f"{course}.{key}@anagen")
    event.add("dtstamp", datetime.combine(stamp, time(), UTC))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("class", "PRIVATE")
    return event


def read_calendar(raw: bytes, where: str) -> Written:
    """What a file of `calendar_file` holds. Raises `BadInput` for any other file."""
    try:
        calendar = Calendar.from_ical(raw)
        zone = calendar.get("x-wr-timezone")
        zone = None if zone is None else ZoneInfo(str(zone)).key
        pause_h = float(calendar.get(_PAUSE, 0))
        if not 0 <= pause_h <= LONGEST_PAUSE_H:
            raise ValueError("no length of a pause")
        found = [_kept(event) for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, OSError):
        found, zone, pause_h = [], None, 0.0
    courses = {course for course, _ in found}
    timed = any(isinstance(entry.start, datetime) for _, entry in found)
    if len(courses) != 1 or (timed and zone is None):
        raise BadInput(f"{where}: is no calendar of one course; allowed is a file made by anagen.")
    return Written(courses.pop(), zone, pause_h, tuple(entry for _, entry in found))


def _kept(event: Component) -> tuple[str, Kept]:
    told = _UID.fullmatch(str(event["uid"]))
    if told is None:
        raise ValueError("an entry of somebody else")
    return told["course"], Kept(
        key=told["key"],
        start=event.decoded("dtstart"),
        end=event.decoded("dtend"),
        sequence=int(event.get("sequence", 0)),
        cancelled=str(event.get("status", "")) == "CANCELLED",
    )
