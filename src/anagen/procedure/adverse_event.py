"""An adverse event after a session: how urgent it is, what to do, and what it does to the course.

The urgency is the worst of what the kind asks for from the start and of every flag that is met:
grade, day, late start, signs, what is stated of the person, what the protocol holds. A flag can
only raise it, so a graver or longer event is never less urgent. What is not known is asked for,
and ``could_become`` says how urgent an answer could make it. It is a list approved by people, laid
beside one event; it does not replace a look at the person.
Source: ``adverse_events.toml``.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal

from pydantic import Field, model_validator

from anagen.evidence.adverse_events import (
    EFFECTS,
    URGENCIES,
    AdverseEvents,
    Effect,
    Flag,
    Kind,
    Sign,
    Urgency,
    adverse_events,
)
from anagen.evidence.statements import Statement
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.procedure.asked import Asked
from anagen.protocol import Protocol, Zone
from anagen.reading import Stated
from anagen.screening.facts import Case, case_of

EventKind = Literal[
    "erythema", "oedema", "bleeding", "pain", "pigment_change", "tram_track_scar", "keloid",
    "granuloma", "infection_bacterial", "infection_viral", "infection_fungal",
    "blood_borne_exposure", "contact_allergy", "anaphylaxis", "anaesthetic_toxicity",
    "methaemoglobinaemia", "minoxidil_systemic", "hypertrichosis", "shedding",
]  # fmt: skip
# An allergic reaction may come back within days; only then an event that is over is no emergency.
_OVER_FOR_DAYS = 3.0


class AdverseEvent(Stated):
    """One adverse event as it is written down. Days count from the end of the session."""

    kind: EventKind = Field(
        description="one of erythema, oedema, bleeding, pain, pigment_change, tram_track_scar, "
        "keloid, granuloma, infection_bacterial, infection_viral, infection_fungal, "
        "blood_borne_exposure, contact_allergy, anaphylaxis, anaesthetic_toxicity, "
        "methaemoglobinaemia, minoxidil_systemic, hypertrichosis or shedding"
    )
    severity: int = Field(
        ge=1,
        le=5,
        description="a grade from 1 (mild), 2 (moderate), 3 (severe), 4 (life-threatening) to 5 "
        "(death)",
    )
    onset_hours: float | None = Field(
        default=None,
        ge=0,
        le=87600,
        description="the hours from the session to its beginning, a number from 0 to 87600",
    )
    onset_days: float | None = Field(
        default=None,
        ge=0,
        le=3650,
        description="the days from the session to its beginning, a number from 0 to 3650",
    )
    days_since_session: float = Field(
        ge=0, le=3650, description="the days from the session to today, a number from 0 to 3650"
    )
    ended_days: float | None = Field(
        default=None,
        ge=0,
        le=3650,
        description="the days from the session to its end, a number from 0 to 3650; left out "
        "while it lasts",
    )
    session: int | None = Field(
        default=None, ge=1, le=104, description="the session's number, from 1 to 104"
    )
    zone: Zone | None = Field(
        default=None, description='"frontal", "temporal", "vertex" or "occipital"'
    )
    signs: tuple[Sign, ...] | None = Field(
        default=None,
        max_length=30,
        strict=False,
        description="a list of the documented signs that are seen, empty when none is",
    )
    suspected_cause: Literal["device", "topical", "anaesthetic", "medicine", "unknown"] | None = (
        Field(
            default=None,
            description='"device", "topical", "anaesthetic", "medicine" or "unknown"',
        )
    )
    lot: str | None = Field(
        default=None, max_length=80, description="a lot number of up to 80 characters"
    )
    action: str | None = Field(
        default=None, max_length=500, description="what was done, up to 500 characters"
    )
    outcome: (
        Literal["recovered", "recovering", "ongoing", "lasting_harm", "fatal", "unknown"] | None
    ) = Field(
        default=None,
        description='"recovered", "recovering", "ongoing", "lasting_harm", "fatal" or "unknown"',
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> "AdverseEvent":
        if (self.onset_hours is None) == (self.onset_days is None):
            raise ValueError("onset needs onset_hours or onset_days, one of the two.")
        if self.starts_day > self.days_since_session:
            raise ValueError(
                f"days_since_session is {self.days_since_session:g}, before the onset; allowed is "
                f"{self.starts_day:g} or more."
            )
        if self.ended_days is not None and not (
            self.starts_day <= self.ended_days <= self.days_since_session
        ):
            raise ValueError(
                f"ended_days is {self.ended_days:g}; allowed is from the onset "
                f"({self.starts_day:g}) to today ({self.days_since_session:g})."
            )
        if self.outcome == "recovered" and self.ended_days is None:
            raise ValueError("outcome is recovered; ended_days must say when it ended.")
        if self.outcome is not None and (self.outcome == "fatal") != (self.severity == 5):
            raise ValueError("severity 5 and outcome fatal go together; state both or neither.")
        return self

    @property
    def starts_day(self) -> float:
        """Days from the session to its beginning."""
        return self.onset_days if self.onset_days is not None else (self.onset_hours or 0.0) / 24

    @property
    def last_day(self) -> float:
        """The last day after the session on which it is there: its end, or today."""
        return self.days_since_session if self.ended_days is None else self.ended_days

    @property
    def over(self) -> bool:
        """Whether the person has recovered, and some days have passed since."""
        return (
            self.outcome == "recovered"
            and self.ended_days is not None
            and self.days_since_session - self.ended_days >= _OVER_FOR_DAYS
        )


@dataclass(frozen=True)
class Action:
    """One thing to do, and how fast."""

    urgency: Urgency
    said: Statement


@dataclass(frozen=True)
class Assessment:
    """What to do about one event."""

    label: str
    grade: str
    urgency: Urgency
    urgency_said: str
    normal: Statement  # what would be normal, and until when
    actions: tuple[Action, ...]  # the most urgent first
    refer_to: tuple[str, ...]
    course: Effect
    course_said: str
    report: tuple[Statement, ...]  # empty: nothing to report beyond the clinic's own record
    asked: tuple[Asked, ...]
    could_become: Urgency  # the worst that an answer could make of it
    over: bool  # it is over; what is said is for the record and for next time
    sources: tuple[str, ...]


def assess(event: AdverseEvent, patient: Patient, protocol: Protocol) -> Assessment:
    """How urgent an event of this person under this protocol is, and what follows from it."""
    records = adverse_events()
    kind = records.kinds[event.kind]
    case = case_of(patient, protocol, vocabulary())
    drugs = _drugs(protocol)
    timely = [
        flag
        for flag in (*kind.flags, *records.flags)
        if _by_time_and_grade(flag, event) and (not flag.drugs or drugs & set(flag.drugs))
    ]
    answers = [(flag, _by_signs_and_person(flag, event, case)) for flag in timely]
    met = [flag for flag, answer in answers if answer]
    left_open = [flag for flag, answer in answers if answer is None]
    start: Urgency = kind.urgency
    if kind.normal_until_day and event.last_day > kind.normal_until_day:
        start = "watch"
    so_far: list[Urgency] = [start, *(flag.urgency for flag in met)]
    may_be: list[Urgency] = [*so_far, *(flag.urgency for flag in left_open)]
    effects: list[Effect] = [kind.course, *(flag.course for flag in met)]
    urgency, worst = max(so_far, key=URGENCIES.index), max(may_be, key=URGENCIES.index)
    if event.over and URGENCIES.index(urgency) > URGENCIES.index("within_a_week"):
        urgency = "within_a_week"
    worst = urgency if event.over else worst
    course = max(effects, key=EFFECTS.index)
    reported = kind.report or any(flag.report for flag in met)
    return Assessment(
        label=kind.label,
        grade=records.severities[event.severity],
        urgency=urgency,
        urgency_said=records.urgencies[urgency],
        normal=kind.normal,
        actions=tuple(
            Action(flag.urgency, Statement(flag.text, flag.basis))
            for flag in sorted(_graded_once(met), key=lambda flag: -URGENCIES.index(flag.urgency))
        ),
        refer_to=tuple(
            dict.fromkeys(each for each in (kind.refer, *(f.refer for f in met)) if each)
        ),
        course=course,
        course_said=records.courses[course],
        report=records.reports if reported else (),
        asked=_asked(kind, left_open, event, patient),
        could_become=worst,
        over=event.over,
        sources=_cited(kind, met, records),
    )


def _graded_once(met: list[Flag]) -> list[Flag]:
    """Without what a milder grade alone would ask for."""
    gravest = max((flag.severity_from for flag in met), default=-inf)
    return [flag for flag in met if flag.severity_from in {-inf, gravest}]


def _drugs(protocol: Protocol) -> set[str]:
    """What the protocol puts on or gives."""
    numbing = {protocol.anaesthetic.drug} if protocol.anaesthetic else set()
    topicals = {topical.drug for topical in protocol.topicals}
    return {*numbing, *topicals, *(tablet.drug for tablet in protocol.medicines)}


def _by_time_and_grade(flag: Flag, event: AdverseEvent) -> bool:
    return (
        event.severity >= flag.severity_from
        and event.last_day >= flag.from_day
        and event.last_day > flag.beyond_day
        and event.starts_day > flag.starts_after_day
    )


def _by_signs_and_person(flag: Flag, event: AdverseEvent, case: Case) -> bool | None:
    """Whether signs and person meet the flag; None where that is not known."""
    answers: list[bool | None] = []
    if flag.signs:
        answers.append(None if event.signs is None else bool(set(event.signs) & set(flag.signs)))
    if flag.person:
        stated = any(entry.now and entry.kinds & set(flag.person) for entry in case.entries)
        unknown = bool({"conditions", "medications"} & case.unstated) or any(
            name in {"conditions", "medications"} for name, _, _ in case.unrecognised
        )
        answers.append(True if stated else None if unknown else False)
    if False in answers:
        return False
    return None if None in answers else True


def _asked(
    kind: Kind, left_open: list[Flag], event: AdverseEvent, patient: Patient
) -> tuple[Asked, ...]:
    asked: list[Asked] = []
    if event.signs is None:
        others = [sign for flag in left_open for sign in flag.signs]
        named = ", ".join(dict.fromkeys((*kind.ask, *others))).replace("_", " ")
        if named:
            asked.append(Asked(f"Which of these are seen: {named}? State signs.", "signs"))
    if any(flag.person for flag in left_open):
        for name in ("conditions", "medications"):
            if getattr(patient, name) is None:
                asked.append(Asked(f"Which {name} are there? List them under {name}.", name))
            else:
                asked.append(
                    Asked(f"What is meant by the entries of {name} that no rule knows?", name)
                )
    if event.suspected_cause is None:
        question = "What may have caused it: device, topical, anaesthetic, medicine or unknown?"
        asked.append(Asked(question, "suspected_cause"))
    return tuple(dict.fromkeys(asked))


def _cited(kind: Kind, met: list[Flag], records: AdverseEvents) -> tuple[str, ...]:
    bases = (kind.normal.basis, *(flag.basis for flag in met), records.grading.basis)
    return tuple(dict.fromkeys(str(source) for basis in bases for source in basis.sources))
