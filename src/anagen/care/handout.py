"""The patient's handout, as plain values in one language. Page and paper only lay it out.

Nothing here is for a patient's eyes before a clinician has signed it: unsigned, it is a draft and
says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from anagen.aftercare import Line, Timetable
from anagen.care import words
from anagen.care.appointments import When
from anagen.care.citations import Citations
from anagen.care.pages import Language, page, said_day, said_number, said_time
from anagen.care.weather import SHED, Day, outlook
from anagen.evidence.aftercare import URGENCIES
from anagen.evidence.trials import STUDIED_AS
from anagen.patient import Patient
from anagen.protocol import Protocol, Topical
from anagen.screening import BARRED

if TYPE_CHECKING:
    from anagen.forecast import Forecast
    from anagen.screening import Screening

EARLY = 12  # weeks, the first look
MORE = 1.1  # times today's shedding, from which it is told of


@dataclass(frozen=True)
class Signature:
    """Who read the handout for this patient, and when."""

    name: str
    day: date


@dataclass(frozen=True)
class Part:
    """One part of the page: paragraphs, then points."""

    key: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wait:
    """One thing to leave out: what, for how long, when that is, how sure, and who says so."""

    what: str
    until: str
    first: str  # after the first visit; empty where no visit has a date
    certainty: str
    sources: tuple[int, ...]  # numbers of `Handout.sources`


@dataclass(frozen=True)
class Sign:
    """A sign to call about."""

    what: str
    certainty: str
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Handout:
    """All that the handout says."""

    language: Language
    title: str
    status: str  # signed by whom, or that it is a draft
    signed: bool
    lead: str
    off_label: str
    plan: Part
    why_not: Part | None
    outlook: Part
    days: tuple[Day, ...]
    before: Part | None
    day: Part | None
    waits: tuple[Wait, ...]
    normal: Part | None
    calls: tuple[tuple[str, str, tuple[Sign, ...]], ...]  # urgency: key, in words, signs
    dates: tuple[str, ...]
    unknown: Part
    sources: tuple[str, ...]
    said: Mapping[str, Any]  # the language's page: headings and labels
    foot: str


def handout(
    patient: Patient,
    protocol: Protocol,
    screening: "Screening",
    forecast: "Forecast",
    table: Timetable,
    visits: tuple[When, ...],
    language: Language,
    signature: Signature | None,
) -> Handout:
    """The handout of one person. ``forecast`` is that of the protocol, or of doing nothing where
    the screening bars needling, and ``table`` what follows its sessions; ``visits`` may be empty
    where no day is set."""
    said = page("handout", language)
    needled = protocol.course.sessions > 0 and screening.decision not in BARRED
    days, cite = outlook(forecast), Citations()
    return Handout(
        language=language,
        title=said["title"] if needled else said["title_without"],
        status=_status(said, signature, language),
        signed=signature is not None,
        lead=said["lead"],
        off_label=said["off_label"] if needled else "",
        plan=_plan(protocol, needled, said, language),
        why_not=_why_not(screening, said) if screening.decision in BARRED else None,
        outlook=_outlook(patient, forecast, days, needled, said, language),
        days=days,
        before=_list("before", said) if needled else None,
        day=_day(protocol, said) if needled else None,
        waits=_waits(table, visits, cite, language) if needled else (),
        normal=_normal(table, said, language) if needled else None,
        calls=_calls(table, cite, language),
        dates=tuple(_moment(visit, language) for visit in visits) if needled else (),
        unknown=_list("unknown", said),
        sources=cite.listed,
        said=said,
        foot=said["foot"].format(version=forecast.model_version),
    )


def _status(said: Mapping[str, Any], signature: Signature | None, language: Language) -> str:
    if signature is None:
        return said["draft"]
    day = said_day(signature.day, language)
    return said["signed"].format(name=words.plain(signature.name), day=day)


def _list(key: str, said: Mapping[str, Any]) -> Part:
    return Part(key, said["headings"][key], points=tuple(said[key].values()))


def _plan(protocol: Protocol, needled: bool, said: Mapping[str, Any], language: Language) -> Part:
    told, points = said["plan"], []
    course, device = protocol.course, protocol.device
    if needled and device is not None:
        points.append(
            told["visits"].format(
                visits=course.sessions,
                interval=said_number(course.interval_days or 0, language),
            )
            if course.sessions > 1
            else told["visit"]
        )
        needle = said_number(device.needle_mm, language)
        points.append(told["device"][device.kind].format(needle=needle))
    for topical in protocol.topicals:
        if topical.drug == "minoxidil":
            if topical.per_day == 0:
                continue
            points.append(_minoxidil(topical, told, language))
            points += [told["pause"]] if needled else []
        elif topical.drug in told and needled:
            points.append(told[topical.drug])
    for tablet in protocol.medicines:
        drug = said["drugs"][tablet.drug]
        points.append(told["tablet"].format(drug=drug, mg=said_number(tablet.mg_per_day, language)))
    if not points:
        points.append(told["nothing"])
    return Part("plan", said["headings"]["plan"], (), (*points, told["choice"]))


def _minoxidil(topical: Topical, told: Mapping[str, Any], language: Language) -> str:
    if topical.strength_percent is None or topical.per_day is None:
        return told["minoxidil_unsaid"]
    strength, per_day = (
        said_number(value, language) for value in (topical.strength_percent, topical.per_day)
    )
    return told["minoxidil"].format(strength=strength, per_day=per_day)


def _why_not(screening: "Screening", said: Mapping[str, Any]) -> Part:
    told = said["why_not"]
    paragraphs = (told[screening.decision], told["talk"])
    return Part("why_not", said["headings"]["why_not"], paragraphs, tuple(said["instead"].values()))


def _outlook(
    patient: Patient,
    forecast: "Forecast",
    days: tuple[Day, ...],
    needled: bool,
    said: Mapping[str, Any],
    language: Language,
) -> Part:
    told, last = said["outlook"], int(forecast.weeks[-1])
    change = forecast.change(words.TOTAL, last)
    smallest = forecast.detectable.smallest_change_per_cm2
    treated = needled or not words.no_needling(forecast.protocol)
    paragraphs = [
        told["weather"],
        told["range"].format(
            low=words.signed(change["p05"]),
            high=words.signed(change["p95"]),
            middle=words.signed(change["median"]),
            weeks=last,
        ),
        told["too_small"].format(smallest=said_number(smallest, language)),
        told["condition"].get(patient.condition, ""),
    ]
    if patient.condition not in STUDIED_AS:
        paragraphs.insert(1, told["rough"])
    early = [day for day in days if day.week == EARLY]
    if treated and early and early[0].more < 0.5:
        paragraphs.append(told["nothing_yet"])
    shed = np.median(forecast.draws[SHED], axis=0)
    if treated and shed[1 : EARLY + 1].max() > MORE * shed[0]:
        paragraphs.append(told["shedding"])
    if treated and patient.condition in STUDIED_AS:
        paragraphs.append(told["stopping"])
    return Part("outlook", said["headings"]["outlook"], tuple(each for each in paragraphs if each))


def _day(protocol: Protocol, said: Mapping[str, Any]) -> Part:
    steps = dict(said["day"])
    if protocol.anaesthetic is None:
        del steps["numbing"]
    return Part("day", said["headings"]["day"], points=tuple(steps.values()))


def _waits(
    table: Timetable, visits: tuple[When, ...], cite: Citations, language: Language
) -> tuple[Wait, ...]:
    told = page("aftercare", language)["wait"]
    return tuple(
        Wait(
            what=told[line.key],
            until=hours_said(line.until_h, language),
            first=_moment(visits[0].later(line.until_h), language) if visits else "",
            certainty=_certainty(line, language),
            sources=cite.numbers(line.sources),
        )
        for line in table.of("wait")
    )


def _normal(table: Timetable, said: Mapping[str, Any], language: Language) -> Part:
    told = page("aftercare", language)["normal"]
    points = []
    for line in table.of("normal"):
        until = said["after"]["until"].format(hours=hours_said(line.until_h, language))
        points.append(f"{told[line.key]} ({until})" if line.key != "everything" else told[line.key])
    paragraphs = ()
    if table.redness_h is not None:
        low, middle, high = (hours_said(round(hours), language) for hours in table.redness_h)
        paragraphs = (said["after"]["redness"].format(low=low, middle=middle, high=high),)
    return Part("normal", said["headings"]["normal"], paragraphs, tuple(points))


def _calls(
    table: Timetable, cite: Citations, language: Language
) -> tuple[tuple[str, str, tuple[Sign, ...]], ...]:
    told = page("aftercare", language)
    found = []
    for urgency in URGENCIES:
        signs = tuple(
            Sign(told["call"][line.key], _certainty(line, language), cite.numbers(line.sources))
            for line in table.of("call")
            if line.urgency == urgency
        )
        if signs:
            found.append((urgency, told["urgency"][urgency], signs))
    return tuple(found)


def _certainty(line: Line, language: Language) -> str:
    return page("handout", language)["certainty"][line.certainty]


def hours_said(hours: float, language: Language) -> str:
    """``48 hours``; from three days on ``3 days``."""
    told = page("handout", language)["after"]
    if hours >= 72 and hours % 24 == 0:
        return told["days"].format(number=said_number(hours / 24, language))
    return told["hours"].format(number=said_number(hours, language))


def _moment(when: When, language: Language) -> str:
    day = said_day(when.day, language)
    start = when.start
    if not isinstance(start, datetime):
        return day
    told = page("handout", language)["after"]
    return told["clock"].format(day=day, time=said_time(start.time(), language))
