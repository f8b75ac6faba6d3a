"""What is done: device, course, numbing cream, topicals, medicines by mouth, setting.

No sessions is no needling.
"""

from types import MappingProxyType
from typing import Literal

from pydantic import Field, model_validator

from anagen.reading import Stated

Zone = Literal["frontal", "temporal", "vertex", "occipital"]


class Device(Stated):
    kind: Literal["roller", "stamp", "pen"] = Field(description='"roller", "stamp" or "pen"')
    needle_mm: float = Field(
        ge=0.1, le=3, description="the set needle length, a number of mm from 0.1 to 3"
    )
    needles: int | None = Field(
        default=None,
        ge=1,
        le=2000,
        description="the number of needles, a whole number from 1 to 2000",
    )
    rate_hz: float | None = Field(
        default=None, ge=1, le=300, description="a pen's strokes per second, a number from 1 to 300"
    )
    dwell_s: float | None = Field(
        default=None,
        ge=0.05,
        le=30,
        description="the seconds a pen's head rests on each spot instead of gliding, a number from "
        "0.05 to 30",
    )

    @model_validator(mode="after")
    def _only_pens_have_a_rate_and_dwell(self) -> "Device":
        for name in ("rate_hz", "dwell_s"):
            if getattr(self, name) is not None and self.kind != "pen":
                raise ValueError(f"{name} is for pens only; leave it out for a {self.kind}.")
        return self


class Course(Stated):
    sessions: int = Field(ge=0, le=104, description="a whole number from 0 (no needling) to 104")
    interval_days: float | None = Field(
        default=None, ge=1, le=365, description="the days between sessions, a number from 1 to 365"
    )
    passes: int | None = Field(default=None, ge=1, le=60, description="a whole number from 1 to 60")
    area_cm2: float | None = Field(
        default=None, ge=1, le=1000, description="the needled area, a number of cm² from 1 to 1000"
    )
    endpoint: Literal["erythema", "pinpoint_bleeding"] | None = Field(
        default=None, description='"erythema" or "pinpoint_bleeding"'
    )
    zone: Zone | None = Field(
        default=None, description='"frontal", "temporal", "vertex" or "occipital"'
    )
    occluded_hours: float | None = Field(
        default=None,
        ge=0,
        le=72,
        description="the hours the scalp is wrapped after a session, a number from 0 (not at all) "
        "to 72",
    )

    @property
    def session_days(self) -> tuple[float, ...]:
        """The days of the sessions, counted from the first, which is day 0."""
        return tuple(each * (self.interval_days or 0.0) for each in range(self.sessions))


class Anaesthetic(Stated):
    drug: Literal[
        "lidocaine_4",
        "lidocaine_5",
        "lidocaine_prilocaine",
        "lidocaine_tetracaine",
        "lidocaine_high_strength",
        "benzocaine",
    ] = Field(
        description="one of lidocaine_4, lidocaine_5, lidocaine_prilocaine, lidocaine_tetracaine, "
        "lidocaine_high_strength (compounded) or benzocaine"
    )
    grams: float | None = Field(
        default=None, ge=0, le=500, description="a number of grams from 0 to 500"
    )
    minutes: float | None = Field(
        default=None,
        ge=0,
        le=600,
        description="the time on the skin, a number of minutes from 0 to 600",
    )
    area_cm2: float | None = Field(
        default=None, ge=1, le=1000, description="the covered area, a number of cm² from 1 to 1000"
    )
    occluded: bool | None = Field(default=None, description="true (wrapped) or false")
    heated: bool | None = Field(default=None, description="true or false")
    on_needled_skin: bool | None = Field(
        default=None, description="true (put on after needling) or false (removed before)"
    )


class Topical(Stated):
    drug: Literal["minoxidil", "prp", "growth_factors", "triamcinolone", "none"] = Field(
        description="one of minoxidil, prp, growth_factors, triamcinolone or none"
    )
    strength_percent: float | None = Field(
        default=None, gt=0, le=15, description="a number of percent above 0 and up to 15"
    )
    dose_ml: float | None = Field(
        default=None,
        gt=0,
        le=20,
        description="the millilitres of one application, above 0 and up to 20",
    )
    per_day: float | None = Field(
        default=None, ge=0, le=6, description="applications a day, a number from 0 to 6"
    )
    hold_hours: float | None = Field(
        default=None,
        ge=0,
        le=672,
        description="hours without it after a session, a number from 0 to 672",
    )
    sterile: bool | None = Field(
        default=None, description="true (sterile and labelled for use on needled skin) or false"
    )
    platelets_fold: float | None = Field(
        default=None,
        gt=0,
        le=20,
        description="for prp: its platelets relative to those of the blood, above 0 and up to 20",
    )

    @model_validator(mode="after")
    def _only_prp_has_platelets(self) -> "Topical":
        if self.platelets_fold is not None and self.drug != "prp":
            raise ValueError(f"platelets_fold is for prp only; leave it out for {self.drug}.")
        return self


# The highest daily dose that a hair trial or a guideline on record here has used, mg.
MOST_MG_PER_DAY = MappingProxyType(
    {"finasteride": 5.0, "dutasteride": 2.5, "oral_minoxidil": 10.0, "spironolactone": 200.0}
)


class Tablet(Stated):
    """A medicine taken by mouth from day 0 of the course on."""

    drug: Literal["finasteride", "dutasteride", "oral_minoxidil", "spironolactone"] = Field(
        description="one of finasteride, dutasteride, oral_minoxidil or spironolactone"
    )
    mg_per_day: float = Field(
        gt=0,
        le=200,
        description="the milligrams a day, a number above 0 and up to 5 (finasteride), "
        "2.5 (dutasteride), 10 (oral_minoxidil) or 200 (spironolactone)",
    )
    stop_day: float | None = Field(
        default=None,
        gt=0,
        le=3650,
        description="the day of the course on which it is stopped, above 0 and up to 3650; "
        "left out when it is not",
    )

    @model_validator(mode="after")
    def _dose_is_one_that_is_used(self) -> "Tablet":
        most = MOST_MG_PER_DAY[self.drug]
        if self.mg_per_day > most:
            raise ValueError(
                f"mg_per_day is {self.mg_per_day:g} for {self.drug}; allowed is a number above 0 "
                f"and up to {most:g}."
            )
        return self


class Setting(Stated):
    """Where and by whom; each is unknown unless stated."""

    place: Literal["clinic", "home"] | None = Field(default=None, description='"clinic" or "home"')
    trained_operator: bool | None = Field(default=None, description="true or false")
    single_use_needles: bool | None = Field(default=None, description="true or false")
    sterile_prp: bool | None = Field(
        default=None, description="true (sterile, single-use, traceable preparation) or false"
    )


class Protocol(Stated):
    course: Course = Field(description="a table [course] with at least sessions")
    device: Device | None = Field(
        default=None, description="a table [device] with at least kind and needle_mm"
    )
    anaesthetic: Anaesthetic | None = Field(default=None, description="a table [anaesthetic]")
    topicals: tuple[Topical, ...] = Field(
        default=(), max_length=8, strict=False, description="a list of up to 8 tables [[topicals]]"
    )
    medicines: tuple[Tablet, ...] = Field(
        default=(),
        max_length=4,
        strict=False,
        description="a list of up to 4 tables [[medicines]], taken by mouth",
    )
    setting: Setting | None = Field(default=None, description="a table [setting]")

    @model_validator(mode="after")
    def _belongs_together(self) -> "Protocol":
        if self.course.sessions > 0 and self.device is None:
            raise ValueError("device is missing; needling sessions need kind and needle_mm.")
        if self.course.sessions > 1 and self.course.interval_days is None:
            raise ValueError(
                "course.interval_days is missing; more than one session needs the days between "
                "them, a number from 1 to 365."
            )
        drugs = [topical.drug for topical in self.topicals]
        if len(set(drugs)) < len(drugs):
            raise ValueError("topicals names a drug twice; allowed is one entry for each drug.")
        tablets = [tablet.drug for tablet in self.medicines]
        if len(set(tablets)) < len(tablets):
            raise ValueError("medicines names a drug twice; allowed is one entry for each drug.")
        if {"finasteride", "dutasteride"} <= set(tablets):
            raise ValueError(
                "medicines names finasteride and dutasteride; allowed is one of the two, since "
                "both block the same enzyme."
            )
        return self

    def topical(self, drug: str) -> Topical | None:
        """The entry for one drug, if the protocol has it."""
        return next((topical for topical in self.topicals if topical.drug == drug), None)

    def medicine(self, drug: str) -> Tablet | None:
        """The entry for one medicine by mouth, if the protocol has it."""
        return next((tablet for tablet in self.medicines if tablet.drug == drug), None)


def nothing(instead_of: Protocol | None = None) -> Protocol:
    """No needling and no medicine, on the area and zone of the protocol that it is held against."""
    if instead_of is None:
        return Protocol(course=Course(sessions=0))
    course = instead_of.course
    return Protocol(course=Course(sessions=0, area_cm2=course.area_cm2, zone=course.zone))
