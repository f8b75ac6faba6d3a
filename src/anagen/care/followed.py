"""A follow-up for people: the page in the terminal and the chart, the forecast before and after."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care import blocks, words
from anagen.care.chart import forecast_chart
from anagen.care.drawing import Point
from anagen.care.paragraphs import bold, foot, heading, paragraph, quiet, warned
from anagen.care.tokens import ON_PAGE
from anagen.care.words import plain

if TYPE_CHECKING:
    from anagen.followup import FollowUp, Seen

_WIDTH = 76
_SAID = {
    "total_density_per_cm2": "{:.0f} hairs/cm²",
    "terminal_density_per_cm2": "{:.0f} thick hairs/cm²",
    "terminal_fraction": "{:.2f} of them thick",
    "mean_diameter_um": "{:.0f} µm wide",
    "anagen_fraction": "{:.2f} growing",
}


def points_of(found: "FollowUp", endpoint: str = words.TOTAL) -> list[Point]:
    """The counts after week 0 that a chart of one endpoint shows."""
    return [
        Point(seen.week, measured.value, measured.error, seen.used)
        for seen in found.visits
        for measured in seen.measured
        if measured.endpoint == endpoint and seen.week > 0
    ]


def followup_chart(
    found: "FollowUp",
    endpoint: str = words.TOTAL,
    *,
    title: str = "Forecast after your counts",
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 720,
    key: str = "followup",
) -> str:
    """The forecast after the counts as SVG: its band, the outline of the one before, the counts."""
    return forecast_chart(
        found.forecast,
        endpoint,
        title=title,
        no_needling=found.no_needling,
        before=found.before,
        points=_drawable(found, endpoint),
        colours=colours,
        width=width,
        key=key,
    )


def followup_page(found: "FollowUp") -> RenderableType:
    """What the counts say: the range before and after, each visit, why, and what would help."""
    after, last = found.forecast, int(found.forecast.weeks[-1])
    untreated = None if words.no_needling(after.protocol) else found.no_needling
    parts: list[RenderableType] = [
        heading(f"After your counts: {words.short(after.protocol)}"),
        paragraph(words.expectation(after, last)),
        "",
        bold(f"Visible hairs per cm², week 0 to {last}"),
        blocks.course(
            after, untreated, _WIDTH, 14, before=found.before, points=_drawable(found, words.TOTAL)
        ),
    ]
    off = len(points_of(found)) - len(_drawable(found, words.TOTAL))
    if off:
        parts.append(quiet(f"{off} questioned far outside of this chart; see below."))
    parts += ["", bold("What was counted"), _visits(found)]
    for seen in found.visits:
        parts += _asked(seen)
    parts += ["", bold("What this tells")]
    parts += [paragraph(f"- {plain(said)}", hang=2) for said in found.why]
    if found.next and last > max((seen.week for seen in found.visits), default=0):
        parts += ["", bold("What would narrow it further")]
        parts += [
            paragraph(f"- {plain(each.what)}: would leave a spread (SD) of {each.sd:.1f}.", hang=2)
            for each in found.next
        ]
    parts += ["", quiet(_trust(found), indent=0)]
    parts += warned(after.warnings)
    model = f"Model anagen {after.model_version}, {len(after.draws[words.TOTAL])} draws"
    parts += foot("Talk this over with who counted.", True, f"{model}, seed {after.seed}")
    return Group(*parts)


def _drawable(found: "FollowUp", endpoint: str) -> list[Point]:
    """A count in the wrong unit would press everything else flat: it is said, not drawn."""
    most = 2 * float(found.before.band(endpoint)["p95"].max())
    return [point for point in points_of(found, endpoint) if point.used or point.value <= most]


def _visits(found: "FollowUp") -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("Week", justify="right")
    table.add_column("Counted, give or take its error (95 %)")
    table.add_column("")
    for seen in found.visits:
        said = "; ".join(
            _SAID[each.endpoint].format(each.value) + _bar(each) for each in seen.measured
        )
        table.add_row(words.number(seen.week), Text(said), _fate(seen))
    return table


def _bar(measured: object) -> str:
    error = measured.error  # type: ignore[attr-defined]
    return f" ± {error:.0f}" if error >= 1 else f" ± {error:.2f}"


def _fate(seen: "Seen") -> str:
    if seen.question is None:
        return "used"
    return "? questioned, kept as you ask" if seen.used else "? questioned, left out"


def _asked(seen: "Seen") -> list[RenderableType]:
    if seen.question is None:
        return []
    parts: list[RenderableType] = [
        "",
        paragraph(f"? Week {words.number(seen.week)}: {plain(seen.question.reason)}", hang=2),
    ]
    parts += [paragraph(f"- {plain(ask)}", indent=2, hang=2) for ask in seen.question.check]
    if not seen.used:
        parts.append(quiet("If it is right all the same, write keep = true beside it."))
    return parts


def _trust(found: "FollowUp") -> str:
    weighing = found.weighing
    told = f"Pareto shape {weighing.pareto_k:.2f}, {weighing.effective_draws:.0f} effective draws"
    match weighing.way:
        case "resampled":
            return f"Draws weighed by the counts and trusted: {told}."
        case "refitted":
            return (
                f"Too few draws came near the counts to weigh them ({told}), so they were moved "
                f"there in {weighing.steps} steps; the last one moved "
                f"{100 * weighing.moved:.0f} % of them."
            )
        case _:
            return "No count was used."
