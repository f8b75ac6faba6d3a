"""The form of a patient: who it is, and what is known of the person."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field as Described

from anagen.counts import Day
from anagen.patient import Name, Patient
from anagen.reading import BadInput, Stated
from anagen.web import forms
from anagen.web.person import full_years

GRADE = "Norwood 1 to 7 or 3V, Ludwig 1 to 3, Sinclair 1 to 5, or SALT 0 to 100"
GROUPS = (
    ("The person", ("age", "sex", "condition", "grade", "months_since_onset")),
    (
        "Health",
        (
            "skin_type",
            "weight_kg",
            "pregnant",
            "breastfeeding",
            "conditions",
            "medications",
            "allergies",
        ),
    ),
    ("The scalp today", ("scalp_findings",)),
    (
        "Hair, where it was measured",
        (
            "hair.total_density_per_cm2",
            "hair.terminal_fraction",
            "hair.mean_diameter_um",
            "hair.anagen_fraction",
            "sulfotransferase_od405",
        ),
    ),
)


OLDEST_YEARS = 120  # as a patient file allows


class Who(Stated):
    """Who a patient is, for the practice alone: the model never sees it."""

    given_name: Name = Described(
        min_length=1, max_length=120, description="a name of up to 120 characters"
    )
    family_name: Name = Described(
        min_length=1, max_length=120, description="a name of up to 120 characters"
    )
    born: Day | None = Described(default=None, description="a day as YYYY-MM-DD")
    clinic_number: Name | None = Described(
        default=None, max_length=60, description="up to 60 characters"
    )
    contact: Name | None = Described(
        default=None, max_length=300, description="up to 300 characters"
    )
    note: str | None = Described(default=None, max_length=4000, description="up to 4000 characters")


def read(typed: Mapping[str, str], day: date) -> tuple[Who, Patient]:
    """What was typed. An age that is left out is worked out from the birth date.

    Raises `BadInput`.
    """
    who = Who.from_table(forms.table(Who, typed), where="who it is")
    check_born(who, day, "who it is")
    told = forms.table(Patient, typed)
    if isinstance(told.get("grade"), str):
        told["grade"] = told["grade"].lower().replace(" ", "_")
    if who.born and "age" not in told:
        told["age"] = full_years(who.born, day)
    return who, Patient.from_table(told, where="the person")


def check_born(who: Who, day: date, where: str) -> None:
    """Raises `BadInput` for a birth date to come, or of somebody older than people grow."""
    if who.born is not None and not 0 <= full_years(who.born, day) <= OLDEST_YEARS:
        raise BadInput(
            f"{where}: born is {who.born}; allowed is a day up to today, {OLDEST_YEARS} years ago "
            "at most.",
            "born",
        )


def groups(typed: Mapping[str, str]) -> list[tuple[str, list[forms.Field]]]:
    """The fields of a person in groups that are asked together."""
    found = {each.name: each for each in forms.fields(Patient, typed)}
    age, grade = found["age"], found["grade"]
    found["age"] = replace(age, required=False, allowed="left empty: from the birth date")
    found["grade"] = replace(grade, allowed=GRADE, typed=grade.typed.replace("_", " "))
    return [(title, [found[name] for name in names]) for title, names in GROUPS]


def who_fields(typed: Mapping[str, str]) -> list[forms.Field]:
    """The fields of who it is."""
    return forms.fields(Who, typed)


def row_of(who: Who, facts: Patient) -> dict[str, Any]:
    """The columns of a patient's record."""
    return who.model_dump() | {"facts": facts.model_dump(mode="json", exclude_none=True)}
