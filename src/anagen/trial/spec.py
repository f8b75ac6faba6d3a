"""A trial as it is written down: who takes part, what the arms get, what is counted and when."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from anagen.counting import METHODS
from anagen.patient import Condition, Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput, Stated, read_table, shown_path

Endpoint = Literal[
    "total_density_per_cm2", "terminal_density_per_cm2", "mean_diameter_um", "anagen_fraction"
]
MOST_COURSES = 1_000_000  # people of all arms and repeats; more takes longer than it tells


class People(Stated):
    """Who takes part."""

    condition: Condition = Field(
        description="one of androgenetic_alopecia, female_pattern_hair_loss, alopecia_areata, "
        "telogen_effluvium, senescent_alopecia or cicatricial_alopecia"
    )
    sex: Literal["male", "female"] = Field(description='"male" or "female"')
    age: tuple[float, float] = Field(
        strict=False, description="the youngest and the oldest, two numbers of years from 0 to 120"
    )
    grades: dict[str, float] | None = Field(
        default=None,
        max_length=20,
        description="a table of grades and their shares, each above 0; grades as in a patient file",
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> "People":
        youngest, oldest = self.age
        if not 0 <= youngest <= oldest <= 120:
            raise ValueError(
                f"age is {youngest:g} to {oldest:g}; allowed is the youngest first, both from 0 to "
                "120."
            )
        if self.condition == "undiagnosed":
            raise ValueError(
                "condition is 'undiagnosed'; a trial needs a diagnosis, allowed is any other "
                "condition."
            )
        if self.grades is not None and (not self.grades or min(self.grades.values()) <= 0):
            raise ValueError("grades has an empty share; allowed is a number above 0 for each.")
        self.typical()
        return self

    def typical(self) -> tuple[Patient, ...]:
        """Somebody of each grade, in the middle of the ages."""
        told: dict[str, Any] = {
            "age": sum(self.age) / 2,
            "sex": self.sex,
            "condition": self.condition,
        }
        if self.grades is None:
            return (Patient.from_table(told, "people"),)
        return tuple(Patient.from_table(told | {"grade": g}, "people") for g in self.grades)


class Arm(Stated):
    """One group of people and what is done with them."""

    name: str = Field(min_length=1, max_length=60, description="a name of up to 60 characters")
    people: int = Field(
        ge=2, le=2000, description="the people who start, a whole number from 2 to 2000"
    )
    control: bool = Field(default=False, description="true for the arm the others are held against")
    protocol: Protocol = Field(
        description="a protocol: its tables, or the name of its file beside this one"
    )
    adherence: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="the share of applications of a medicine that are kept on average, a number "
        "above 0 and up to 1",
    )


class Counting(Stated):
    """How hairs are counted."""

    method: Literal[*METHODS] = Field(  # type: ignore[valid-type]
        default="phototrichogram", description=f"one of {', '.join(METHODS)}"
    )
    area_cm2: float = Field(
        default=1.0, ge=0.05, le=10, description="the area counted, a number of cm² from 0.05 to 10"
    )


class TrialSpec(Stated):
    """A virtual trial."""

    name: str = Field(default="Virtual trial", min_length=1, max_length=120, description="a name")
    people: People = Field(description="a table [people] with condition, sex and age")
    arms: tuple[Arm, ...] = Field(
        min_length=2, max_length=6, strict=False, description="two to six tables [[arms]]"
    )
    visits_weeks: tuple[int, ...] = Field(
        min_length=1,
        max_length=12,
        strict=False,
        description="a list of weeks of visits, whole numbers from 1 to 104, the first first",
    )
    counting: Counting = Field(default=Counting(), description="a table [counting]")
    endpoint: Endpoint = Field(
        default="total_density_per_cm2",
        description="one of total_density_per_cm2, terminal_density_per_cm2, mean_diameter_um or "
        "anagen_fraction",
    )
    dropout_per_visit: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="the share who stay away from each visit on, a number from 0 to below 1",
    )
    alpha: float = Field(
        default=0.05, gt=0, lt=0.5, description="the level of the test, above 0 and below 0.5"
    )
    repeats: int = Field(
        default=500, ge=20, le=10_000, description="a whole number of repeats from 20 to 10000"
    )
    seed: int = Field(default=0, ge=0, le=999_999, description="a whole number from 0 to 999999")

    @model_validator(mode="after")
    def _belongs_together(self) -> "TrialSpec":
        weeks = self.visits_weeks
        if min(weeks) < 1 or max(weeks) > 104 or list(weeks) != sorted(set(weeks)):
            raise ValueError(
                f"visits_weeks is {list(weeks)}; allowed are whole numbers from 1 to 104, each "
                "later than the one before."
            )
        controls = sum(arm.control for arm in self.arms)
        if controls != 1:
            raise ValueError(
                f"arms has {controls} controls; allowed is one arm with control = true."
            )
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError("arms has a name twice; allowed is a name of its own for each.")
        courses = self.repeats * self.group_size
        if courses > MOST_COURSES:
            raise ValueError(
                f"repeats is {self.repeats} for {self.group_size} people; allowed are up to "
                f"{MOST_COURSES // self.group_size} repeats of so many."
            )
        return self

    @property
    def control(self) -> Arm:
        return next(arm for arm in self.arms if arm.control)

    @property
    def treated(self) -> tuple[Arm, ...]:
        return tuple(arm for arm in self.arms if not arm.control)

    @property
    def group_size(self) -> int:
        """People of one repeat, with a second control group that tells of false alarms."""
        return sum(arm.people for arm in self.arms) + self.control.people


def read_trial(path: str | Path) -> TrialSpec:
    """A trial from a TOML or JSON file; a protocol may be named as a file beside it.

    Raises `BadInput`.
    """
    path, where = Path(path), shown_path(path)
    table = read_table(path)
    arms = table.get("arms")
    for number, arm in enumerate(arms if isinstance(arms, list) else [], start=1):
        if isinstance(arm, dict) and isinstance(arm.get("protocol"), str):
            file = path.parent / arm["protocol"]
            try:
                arm["protocol"] = read_table(file)
            except BadInput as refused:
                raise BadInput(f"{where}: arms entry {number}, protocol: {refused}") from None
    return TrialSpec.from_table(table, where)
