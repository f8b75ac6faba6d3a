"""A course as a calendar: visits, pauses of what is put on daily, reviews with photographs.

Titles say nothing of health, because calendars are shared with employers and families. The same
course gives the same file to the byte: no clock, no chance, so that a second import renews the
entries of the first and does not double them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from icalendar import Calendar, Event

if TYPE_CHECKING:
    from anagen.planning import Option

REVIEW_WEEKS = (12, 24, 36, 52)
_NAMES = UUID("6f9d2c0e-3d5b-5c57-9a5e-2f0f6f1b8a11")  # any fixed value; never to be changed


@dataclass(frozen=True)
class Entry:
    """One day of the course."""

    key: str  # what makes it this entry of the course, e.g. "visit-3"
    day: date
    title: str
    text: str


def course_calendar(option: "Option", start: date, weeks: int, whose: str = "") -> bytes:
    """One option as an .ics file, from its first day on and for ``weeks`` weeks.

    ``whose`` tells the calendars of two people apart when both do the same course; it goes into
    the identifiers as a hash and is not readable there.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//anagen//course//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "My plan")
    course = f"{option.key}|{option.protocol.model_dump_json()}|{start.isoformat()}|{whose}"
    for entry in sorted(entries(option, start, weeks), key=lambda each: each.day):
        event = Event()
        event.add("uid", f"{uuid5(_NAMES, f'{course}|{entry.key}')}@anagen")
        event.add("dtstamp", datetime.combine(start, time(), UTC))
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("description", entry.text)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


def entries(option: "Option", start: date, weeks: int) -> Iterator[Entry]:
    """The days of a course within its plan."""
    course = option.protocol.course
    last = start + timedelta(weeks=weeks)
    days = [
        start + timedelta(days=round(each * (course.interval_days or 0)))
        for each in range(course.sessions)
    ]
    visits = [day for day in days if day < last]
    hold = max((topical.hold_hours or 0 for topical in option.protocol.topicals), default=0)
    for index, day in enumerate(visits, start=1):
        yield Entry(
            f"visit-{index}",
            day,
            f"Visit {index} of {len(visits)}",
            "Come with clean hair and bring your plan.",
        )
        if not hold:
            continue
        # Days have no hour here, so the restart is the first day on which the hours are over at
        # the time of the visit.
        again = day + timedelta(days=math.ceil(hold / 24))
        yield Entry(
            f"pause-{index}",
            day,
            f"Pause for {hold:g} hours",
            f"For {hold:g} hours from this visit on, leave out what you put on daily.",
        )
        if index == len(visits) or again < visits[index]:
            yield Entry(
                f"restart-{index}",
                again,
                "Daily routine may start again",
                "Not before the hour at which the visit ended. If anything still troubles you, "
                "wait and call.",
            )
    for week in REVIEW_WEEKS:
        if week <= weeks:
            yield Entry(
                f"review-{week}",
                start + timedelta(weeks=week),
                f"Review with photographs, week {week}",
                "Same place, same light, same distance as the first pictures.",
            )
