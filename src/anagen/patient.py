"""Who: the person whose scalp is asked about. Only age, sex and condition are required."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from anagen.reading import Stated, plain_name

Condition = Literal[
    "androgenetic_alopecia",
    "female_pattern_hair_loss",
    "alopecia_areata",
    "telogen_effluvium",
    "senescent_alopecia",
    "cicatricial_alopecia",
    "undiagnosed",
]

_NORWOOD = r"norwood_([1-7]|3v)"
_LUDWIG_SINCLAIR = r"ludwig_[1-3]|sinclair_[1-5]"
_NORWOOD_SAID = "norwood_1 to norwood_7 or norwood_3v"
_LUDWIG_SINCLAIR_SAID = "ludwig_1 to ludwig_3 or sinclair_1 to sinclair_5"
# (condition, sex) -> the grades that can describe it: Norwood-Hamilton, Ludwig, Sinclair, SALT.
_GRADES: dict[tuple[str, str], tuple[str, str]] = {
    ("androgenetic_alopecia", "male"): (_NORWOOD, _NORWOOD_SAID),
    ("androgenetic_alopecia", "female"): (
        f"{_LUDWIG_SINCLAIR}|{_NORWOOD}",
        f"{_LUDWIG_SINCLAIR_SAID}, or {_NORWOOD_SAID}",
    ),
    ("female_pattern_hair_loss", "female"): (_LUDWIG_SINCLAIR, _LUDWIG_SINCLAIR_SAID),
    ("alopecia_areata", "male"): (r"salt_(100|[1-9]?[0-9])", "salt_0 to salt_100"),
    ("alopecia_areata", "female"): (r"salt_(100|[1-9]?[0-9])", "salt_0 to salt_100"),
}


Name = Annotated[str, BeforeValidator(plain_name)]


class Noted(Stated):
    """A condition or a scalp finding, with its date where that matters."""

    name: Name = Field(
        min_length=1,
        max_length=120,
        description="a name or an ICD-10-CM code of up to 120 characters",
    )
    days_ago: float | None = Field(
        default=None,
        ge=0,
        le=45000,
        description="the days since it ended or was done, a number from 0 to 45000",
    )


class Medicine(Stated):
    """A medicine. Without ``stopped_days_ago`` it is taken now."""

    name: Name = Field(
        min_length=1,
        max_length=120,
        description="a medicine's name or RxNorm code of up to 120 characters",
    )
    stopped_days_ago: float | None = Field(
        default=None,
        ge=0,
        le=45000,
        description="the days since the last dose, a number from 0 to 45000",
    )


def _by_name(entry: Any) -> Any:
    return {"name": entry} if isinstance(entry, str) else entry


_JustName = Annotated[str, Field(min_length=1, max_length=120)]
NotedEntry = Annotated[Noted, BeforeValidator(_by_name, json_schema_input_type=_JustName | Noted)]
MedicineEntry = Annotated[
    Medicine, BeforeValidator(_by_name, json_schema_input_type=_JustName | Medicine)
]


# What is measured alike before a course and at every later count.
MeanDiameterUm = Annotated[
    float | None,
    Field(ge=15, le=150, description="the mean hair diameter, a number of µm from 15 to 150"),
]
AnagenFraction = Annotated[
    float | None,
    Field(ge=0, le=1, description="the share of visible hairs in anagen, a number from 0 to 1"),
]


class Hair(Stated):
    """What was measured on the area to be treated. Each value is optional."""

    total_density_per_cm2: float | None = Field(
        default=None, ge=0, le=500, description="all visible hairs per cm², a number from 0 to 500"
    )
    terminal_fraction: float | None = Field(
        default=None, ge=0, le=1, description="the share of terminal hairs, a number from 0 to 1"
    )
    mean_diameter_um: MeanDiameterUm = None
    anagen_fraction: AnagenFraction = None


REASKED_DAYS = 28  # an answer about pregnancy or breastfeeding is not older than a cycle


class Patient(Stated):
    """A person. What is left out is unknown, never no; an empty list means "none, I asked"."""

    age: float = Field(ge=0, le=120, description="a number of years from 0 to 120")
    sex: Literal["male", "female"] = Field(description='"male" or "female"')
    condition: Condition = Field(
        description="one of androgenetic_alopecia, female_pattern_hair_loss, alopecia_areata, "
        "telogen_effluvium, senescent_alopecia, cicatricial_alopecia or undiagnosed"
    )
    grade: str | None = Field(
        default=None,
        description="norwood_1 to norwood_7 (or norwood_3v), ludwig_1 to ludwig_3, "
        "sinclair_1 to sinclair_5, or salt_0 to salt_100, as fits the condition",
    )
    months_since_onset: float | None = Field(
        default=None,
        ge=0,
        le=1440,
        description="a number of months, 0 or more, not longer than the life",
    )
    skin_type: int | None = Field(
        default=None, ge=1, le=6, description="a Fitzpatrick type, a whole number from 1 to 6"
    )
    weight_kg: float | None = Field(
        default=None, ge=2, le=350, description="a number of kg from 2 to 350"
    )
    pregnant: bool | None = Field(default=None, description="true or false")
    breastfeeding: bool | None = Field(default=None, description="true or false")
    conditions: tuple[NotedEntry, ...] | None = Field(
        default=None,
        max_length=200,
        strict=False,
        description="a list of up to 200 names or ICD-10-CM codes in quotes, or {name, days_ago}",
    )
    medications: tuple[MedicineEntry, ...] | None = Field(
        default=None,
        max_length=200,
        strict=False,
        description="a list of up to 200 names or RxNorm codes in quotes, "
        "or {name, stopped_days_ago}",
    )
    allergies: tuple[NotedEntry, ...] | None = Field(
        default=None,
        max_length=200,
        strict=False,
        description="a list of up to 200 names in quotes",
    )
    scalp_findings: tuple[NotedEntry, ...] | None = Field(
        default=None,
        max_length=200,
        strict=False,
        description="a list of up to 200 things, in quotes, seen today on the area to be needled",
    )
    sulfotransferase_od405: float | None = Field(
        default=None,
        ge=0,
        le=4,
        description="the result of a hair sulfotransferase (SULT1A1) assay, an optical density at "
        "405 nm from 0 to 4",
    )
    hair: Hair | None = Field(default=None, description="a table [hair] of measured values")

    @model_validator(mode="after")
    def _belongs_together(self) -> "Patient":
        if self.condition == "female_pattern_hair_loss" and self.sex == "male":
            raise ValueError(
                "condition female_pattern_hair_loss does not go with sex male; "
                "allowed for men is androgenetic_alopecia."
            )
        if self.sex == "male" and (self.pregnant or self.breastfeeding):
            key = "pregnant" if self.pregnant else "breastfeeding"
            raise ValueError(f"{key} is true but sex is male; allowed is false, or leave it out.")
        if self.months_since_onset is not None and self.months_since_onset > 12 * (self.age + 1):
            raise ValueError(
                f"months_since_onset is {self.months_since_onset:g}, longer than a life of "
                f"{self.age:g} years; allowed is 0 to {12 * self.age:g}."
            )
        if self.grade is not None:
            pattern, said = _GRADES.get((self.condition, self.sex), ("", ""))
            if not pattern:
                raise ValueError(
                    f"grade {self.grade[:40]!r} does not belong to {self.condition}, which has no "
                    "grading scale here; leave it out."
                )
            if not re.fullmatch(pattern, self.grade):
                raise ValueError(
                    f"grade {self.grade[:40]!r} does not belong to {self.condition} ({self.sex}); "
                    f"allowed is {said}."
                )
        return self

    def after(self, days: float) -> "Patient":
        """The same person ``days`` later: older, and what is past as much longer ago.

        What was seen on the scalp is unknown again from the next day on, pregnancy and
        breastfeeding after 28 days: both must be asked anew.
        """
        changed: dict[str, Any] = {"age": min(self.age + days / 365.25, 120.0)}
        if self.months_since_onset is not None:
            changed["months_since_onset"] = min(
                self.months_since_onset + days / (365.25 / 12), 12 * changed["age"]
            )
        for name, key in (
            ("conditions", "days_ago"),
            ("allergies", "days_ago"),
            ("medications", "stopped_days_ago"),
        ):
            entries = getattr(self, name)
            if entries is not None:
                changed[name] = tuple(_later(entry, key, days) for entry in entries)
        if days >= 1:
            changed["scalp_findings"] = None
        if days > REASKED_DAYS and self.sex == "female":
            changed |= {"pregnant": None, "breastfeeding": None}
        return self.model_copy(update=changed)


def _later[E: (Noted, Medicine)](entry: E, key: str, days: float) -> E:
    ago = getattr(entry, key)
    return entry if ago is None else entry.model_copy(update={key: min(ago + days, 45000.0)})
