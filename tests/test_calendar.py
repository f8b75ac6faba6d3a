"""A course's calendar: right days, private, the same every time."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fake_plan import MINOXIDIL, make_plan, make_protocol
from icalendar import Calendar

from anagen.care.schedule import course_calendar

START = date(2026, 3, 2)
FIRST = make_plan().options[0]
MEDICAL = re.compile(
    r"needl|minoxidil|hair|scalp|medic|alopecia|treat|drug|dose|clinic|doctor|patient|skin|bleed",
    re.I,
)


def events(option=FIRST, weeks=52, **more):
    return Calendar.from_ical(course_calendar(option, START, weeks, **more)).walk("VEVENT")


def days(found, word):
    return [event.decoded("dtstart") for event in found if word in str(event["summary"])]


def test_it_reads_back_to_the_same_file():
    raw = course_calendar(FIRST, START, 52)
    assert Calendar.from_ical(raw).to_ical() == raw
    assert b"\r\n" in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75


def test_visits_fall_on_the_days_of_the_protocol():
    assert days(events(), "Visit") == [START + timedelta(days=14 * each) for each in range(12)]


def test_the_pause_starts_with_the_visit_and_ends_when_its_hours_are_over():
    found = events()
    visits = days(found, "Visit")
    assert days(found, "Pause for 24 hours") == visits
    assert days(found, "may start again") == [day + timedelta(days=1) for day in visits]


@pytest.mark.parametrize(("hours", "later"), [(6, 1), (24, 1), (48, 2), (30, 2)])
def test_the_restart_never_comes_too_early(hours, later):
    protocol = make_protocol(3, (MINOXIDIL | {"hold_hours": hours},))
    found = events(replace(FIRST, protocol=protocol))
    assert days(found, "may start again")[0] == START + timedelta(days=later)


def test_no_restart_is_announced_that_the_next_visit_would_forbid():
    protocol = make_protocol(3, (MINOXIDIL | {"hold_hours": 24 * 14},))
    found = events(replace(FIRST, protocol=protocol))
    assert len(days(found, "may start again")) == 1


def test_reviews_fall_within_the_plan():
    assert days(events(), "Review") == [START + timedelta(weeks=w) for w in (12, 24, 36, 52)]
    assert len(days(events(weeks=30), "Review")) == 2


def test_nothing_after_the_plan_is_a_visit():
    found = events(weeks=10)
    assert max(days(found, "Visit")) < START + timedelta(weeks=10)
    assert "Visit 5 of 5" in [str(event["summary"]) for event in found]


def test_without_sessions_there_are_reviews_only():
    found = events(make_plan().options[-1])
    assert {str(event["summary"])[:6] for event in found} == {"Review"}


def test_titles_tell_nobody_about_a_condition_and_entries_are_private():
    raw = course_calendar(FIRST, START, 52, whose="Jane Doe")
    assert b"Jane" not in raw
    calendar = Calendar.from_ical(raw)
    assert not MEDICAL.search(str(calendar["x-wr-calname"]))
    for event in calendar.walk("VEVENT"):
        assert not MEDICAL.search(str(event["summary"]))
        assert event["class"] == "PRIVATE"
        assert type(event.decoded("dtstart")) is date
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)


def test_identifiers_are_unique_stable_and_differ_between_people_and_starts():
    def uids(option=FIRST, start=START, whose=""):
        raw = course_calendar(option, start, 52, whose)
        return {str(event["uid"]) for event in Calendar.from_ical(raw).walk("VEVENT")}

    assert len(uids()) == len(events())
    assert uids() == uids()
    assert course_calendar(FIRST, START, 52) == course_calendar(FIRST, START, 52)
    assert uids().isdisjoint(uids(whose="another"))
    assert uids().isdisjoint(uids(start=START + timedelta(days=1)))
    assert uids().isdisjoint(uids(option=make_plan().options[1]))
