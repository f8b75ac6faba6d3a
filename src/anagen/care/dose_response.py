"""Change in hairs/cm² against how needling was set: points, steps within a study, and no line."""

import textwrap
from collections.abc import Mapping, Sequence

from rich.text import Text

from anagen.care import evidence_marks as marks
from anagen.care import evidence_words as said
from anagen.care import forest
from anagen.care.drawing import TEXT, svg, text
from anagen.care.scale import Scale, ticks, wrap
from anagen.care.tokens import ON_PAGE
from anagen.evidence.comparisons import CLASSES, class_of
from anagen.evidence.dose_response import DoseResponse, Point

_HEIGHT = 300  # px of the plot
_POOLED = "Pooled differences, standard deviations of people"


def _spans(found: DoseResponse) -> tuple[tuple[float, float], tuple[float, float]]:
    """From nothing to a little more than the largest, of settings and of changes."""
    settings = [point.setting for point in found.points]
    values = [0.0, *(value for point in found.points for value in point.change.readings)]
    values += [e for p in found.points if (i := p.change.interval) for e in (i.low, i.high)]
    room = 0.06 * (max(values) - min(values))
    return (0, 1.12 * max(settings)), (min(values) - room, max(values) + room)


def dose_svg(
    found: DoseResponse,
    findings: Sequence[str],
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 760,
    key: str = "dose",
) -> str:
    """The points as SVG; ``findings`` are its description."""
    ink = colours["ink"]
    more = [("interval", "95 % interval"), ("readings", "two readings of the unit")]
    more += [("step", "one study, same treatment")] if found.steps else []
    more += [("pooled", "pooled, over its interval")] if found.pooled else []
    legend, y = marks.legend(more, width, colours)
    parts = [legend]
    y += 34
    if found.points:
        parts.append(_plot(found, y, width, colours))
        y += _HEIGHT + 62
        for number, point in enumerate(found.points, start=1):
            for index, row in enumerate(wrap(_told(found, point), width - 48, TEXT)):
                sign = text(22, y, str(number), ink, anchor="end") if index == 0 else ""
                parts.append(sign + text(32, y, row, ink if index == 0 else colours["quiet"]))
                y += 17
    if found.pooled:
        scale = forest.plot_scale(found.pooled, width)
        y, drawn = forest.block(_POOLED, found.pooled, y, scale, width, colours)
        parts.append(drawn)
    for row in wrap(findings[-1], width - 24, TEXT):
        y += 17
        parts.append(text(12, y, row, ink))
    title = f"Change in hairs/cm² against {found.setting.label}"
    return svg(width, y + 14, key, title, " ".join(findings), "".join(parts))


def _plot(found: DoseResponse, top: float, width: float, colours: Mapping[str, str]) -> str:
    across, upwards = _spans(found)
    x = Scale(*across, 46, width - 16)
    y = Scale(*upwards, top + _HEIGHT, top)
    ink, quiet = colours["ink"], colours["quiet"]
    parts = [text(12, top - 14, "change, hairs/cm²", quiet)]
    for value in ticks(*upwards, 6):
        strong = ' stroke-opacity="0.8"' if value == 0 else ' stroke-opacity="0.22"'
        parts.append(f'<path d="M46 {y(value):.1f}H{width - 16}" stroke="{quiet}"{strong}/>')
        parts.append(text(38, y(value) + 4, said.gain(value), quiet, anchor="end"))
    foot = top + _HEIGHT
    for value in ticks(*across, 8 if width > 500 else 5):
        parts.append(f'<path d="M{x(value):.1f} {foot}v5" stroke="{quiet}"/>')
        parts.append(text(x(value), foot + 20, f"{value:g}", quiet, anchor="middle"))
    unit = "" if found.setting.unit in found.setting.label else f", {found.setting.unit}"
    parts.append(text(width - 16, foot + 38, found.setting.label + unit, quiet, anchor="end"))
    for step in found.steps:
        ends = [(x(p.setting), y(p.change.readings[-1])) for p in (step.lower, step.higher)]
        (x1, y1), (x2, y2) = ends
        parts.append(
            f'<path class="step" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{ink}" '
            'stroke-width="1.8"/>'
        )
    for number, point in enumerate(found.points, start=1):
        at, middle = x(point.setting), sum(point.change.readings) / len(point.change.readings)
        parts.append(_point(point, at, y, colours))
        starts_a_step = point in [step.lower for step in found.steps]
        anchor, aside = ("end", -9) if starts_a_step else ("start", 9)
        parts.append(text(at + aside, y(middle) + 4, str(number), ink, anchor=anchor))
    return "".join(parts)


def _told(found: DoseResponse, point: Point) -> str:
    """One point in words."""
    arm = point.change.arm
    unit = found.setting.unit
    told = f"{said.arm_name(arm)}: {point.setting:g} {unit}, {said.measured(point.change)}"
    return " · ".join(each for each in (told, said.when(arm), said.remarks(point.change)) if each)


def _point(point: Point, x: float, y: Scale, colours: Mapping[str, str]) -> str:
    change, drawn = point.change, ""
    if change.interval is not None:
        drawn += (
            f'<path class="interval" d="M{x:.1f} {y(change.interval.low):.1f}'
            f'V{y(change.interval.high):.1f}" stroke="{colours["ink"]}" stroke-width="1.5"/>'
        )
    if len(change.readings) > 1:
        ends = f"M{x:.1f} {y(min(change.readings)):.1f}V{y(max(change.readings)):.1f}"
        drawn += (
            f'<path class="readings" d="{ends}" stroke="{colours["telogen"]}" '
            'stroke-width="1.5" stroke-dasharray="3 3"/>'
        )
    kind = marks.kind_of(change.arm)
    return drawn + "".join(marks.mark(x, y(v), kind, colours) for v in change.readings)


def dose_text(found: DoseResponse, width: int, height: int = 14) -> Text:
    """The points in letters, and each by name below."""
    if not found.points:
        return Text("No point to show.")
    label = 6
    across, upwards = _spans(found)
    x = Scale(*across, 0, width - label - 1)
    y = Scale(*upwards, height - 1, 0)
    grid = [[(" ", "")] * (width - label) for _ in range(height)]
    grid[round(y(0))] = [("·", "dim")] * (width - label)
    for point in found.points:
        kind = marks.kind_of(point.change.arm)
        column = round(x(point.setting))
        rows = sorted(round(y(value)) for value in point.change.readings)
        for row in range(rows[0], rows[-1] + 1):
            grid[row][column] = ("┆", "yellow")
        for row in rows:
            grid[row][column] = (marks.letter(kind), marks.style(kind))
    told = {round(y(value)): said.gain(value) for value in ticks(*upwards, 5)}
    lines = [
        Text.assemble(f"{told.get(row, ''):>{label - 2}} {'┤' if row in told else '│'}", *cells)
        for row, cells in enumerate(grid)
    ]
    lines.append(Text(" " * (label - 1) + "└" + "─" * (width - label)))
    axis = [" "] * (width - label + 6)
    for value in ticks(*across, 8):
        axis[round(x(value)) : round(x(value)) + len(f"{value:g}")] = list(f"{value:g}")
    lines.append(Text(" " * label + "".join(axis).rstrip(), style="dim"))
    unit = "" if found.setting.unit in found.setting.label else f", {found.setting.unit}"
    lines += [Text(" " * label + found.setting.label + unit, style="dim"), Text()]
    for point in found.points:
        arm = point.change.arm
        sign = marks.letter(marks.kind_of(arm))
        lines.append(
            Text(f"{sign} {point.setting:>4g}  {said.arm_name(arm)}: {said.measured(point.change)}")
        )
        remark = " · ".join(
            each
            for each in (CLASSES[class_of(arm)], said.when(arm), said.remarks(point.change))
            if each
        )
        lines += [Text(f"        {part}", style="dim") for part in textwrap.wrap(remark, width - 8)]
    return Text("\n").join(lines)
