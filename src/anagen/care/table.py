"""The numbers behind a chart, for those who want to read them off."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anagen.care import words
from anagen.care.words import THIN

if TYPE_CHECKING:
    from anagen.kept_forecast import AnyForecast

MARKS = (4, 8, 12, 16, 24, 36, 52, 78, 104)  # weeks at which numbers are shown


@dataclass(frozen=True)
class Numbers:
    """The table behind a chart: rows of cells under a head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def numbers_of(forecast: "AnyForecast", compare: "AnyForecast | None") -> Numbers:
    """The numbers behind the chart of hairs, in the weeks that matter."""
    last = int(forecast.weeks[-1])
    smallest = forecast.detectable.smallest_change_per_cm2
    drawn = forecast.band(words.TOTAL)
    against = compare.band(words.TOTAL) if compare is not None else None
    rows: list[tuple[str, ...]] = []
    for week in [0, *[mark for mark in MARKS if mark < last], last]:
        at = int(forecast.weeks.searchsorted(week))
        change = forecast.change(words.TOTAL, week)
        cells = [
            str(week),
            *(words.number(float(drawn[name][at])) for name in ("p05", "p25", "median")),
            *(words.number(float(drawn[name][at])) for name in ("p75", "p95")),
            words.with_band(change) if week else "0",
            "yes" if abs(change["median"]) > smallest else "no",
        ]
        if against is not None:
            cells.append(
                f"{against['median'][at]:.0f}{THIN}"
                f"({against['p05'][at]:.0f} to {against['p95'][at]:.0f})"
            )
        rows.append(tuple(cells))
    head = (
        "Week",
        "5 %",
        "25 %",
        "Median",
        "75 %",
        "95 %",
        "Change since today",
        "Can one count tell the median change?",
    )
    return Numbers(
        caption="Visible hairs per cm²: the share of draws that end below each value",
        head=(*head, "No needling") if against is not None else head,
        rows=tuple(rows),
    )
