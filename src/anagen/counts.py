"""What was counted: a person's own hair counts over the weeks of a course."""

from datetime import date as Date  # noqa: N812 - a field is called date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from anagen.patient import AnagenFraction, MeanDiameterUm
from anagen.reading import Stated

Method = Literal[
    "phototrichogram",
    "phototrichogram_automatic",
    "phototrichogram_corrected",
    "trichoscopy_corrected",
    "hair_to_hair",
]
MEASURES = (
    "total_density_per_cm2",
    "terminal_density_per_cm2",
    "mean_diameter_um",
    "anagen_fraction",
)


def _day(entry: Any) -> Any:
    """JSON has no dates of its own."""
    try:
        return Date.fromisoformat(entry) if isinstance(entry, str) else entry
    except ValueError:
        return entry


Day = Annotated[Date, BeforeValidator(_day)]


class Count(Stated):
    """One visit. A place that is not named is taken for the one of the first count."""

    week: float | None = Field(
        default=None,
        ge=0,
        le=520,
        description="the weeks since the first session, a number from 0 to 520",
    )
    date: Day | None = Field(
        default=None, description="a day as YYYY-MM-DD, with start at the top of the file"
    )
    total_density_per_cm2: float | None = Field(
        default=None,
        ge=0,
        le=4000,
        description="all visible hairs per cm², a number from 0 to 4000",
    )
    terminal_density_per_cm2: float | None = Field(
        default=None,
        ge=0,
        le=4000,
        description="of these the terminal hairs per cm², a number from 0 to 4000",
    )
    mean_diameter_um: MeanDiameterUm = None
    anagen_fraction: AnagenFraction = None
    method: Method = Field(
        default="phototrichogram",
        description="one of phototrichogram, phototrichogram_automatic, "
        "phototrichogram_corrected, trichoscopy_corrected or hair_to_hair",
    )
    area_cm2: float | None = Field(
        default=None,
        ge=0.05,
        le=100,
        description="the counted area, a number of cm² from 0.05 to 100",
    )
    site: Literal["same", "other"] = Field(
        default="same", description='"same" (the place of the first count) or "other"'
    )
    keep: bool = Field(
        default=False, description="true (use it even where it is questioned) or false"
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> "Count":
        if (self.week is None) == (self.date is None):
            raise ValueError("a count needs its week or its date, one of the two.")
        if all(getattr(self, measure) is None for measure in MEASURES):
            raise ValueError(f"a count needs at least one of {', '.join(MEASURES)}.")
        total, terminal = self.total_density_per_cm2, self.terminal_density_per_cm2
        if total is not None and terminal is not None and terminal > total:
            raise ValueError(
                f"terminal_density_per_cm2 is {terminal:g}, more than all hairs; allowed is 0 to "
                f"total_density_per_cm2, {total:g}."
            )
        return self


class Counts(Stated):
    """A person's counts, in the order of their weeks."""

    counts: tuple[Count, ...] = Field(
        min_length=1,
        max_length=60,
        strict=False,
        description="a list of 1 to 60 tables [[counts]]",
    )
    start: Day | None = Field(
        default=None, description="the day of the first session as YYYY-MM-DD"
    )

    @model_validator(mode="after")
    def _every_count_has_a_week(self) -> "Counts":
        for number, count in enumerate(self.counts, start=1):
            if count.date is None:
                continue
            if self.start is None:
                raise ValueError(
                    f"counts entry {number} has a date but the file has no start; allowed is "
                    "start, the day of the first session as YYYY-MM-DD."
                )
            if not 0 <= (count.date - self.start).days <= 7 * 520:
                raise ValueError(
                    f"counts entry {number} is of {count.date}; allowed is a day from the start, "
                    f"{self.start}, to 520 weeks later."
                )
        return self

    def by_week(self) -> list[tuple[float, Count]]:
        """The counts with their weeks since the first session, earliest first."""
        told = [(self._week(count), count) for count in self.counts]
        return sorted(told, key=lambda one: one[0])

    def _week(self, count: Count) -> float:
        if count.week is not None:
            return count.week
        assert count.date is not None
        assert self.start is not None
        return (count.date - self.start).days / 7
