"""The forest: the change of every arm in hairs/cm², by what was given, with its interval.

Pooled effects stand apart, as diamonds: they are differences between groups, and share trials with
the arms above them.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from anagen.care import evidence_marks as marks
from anagen.care import evidence_words as said
from anagen.care.drawing import TEXT, svg, text
from anagen.care.scale import Scale, ticks, wrap
from anagen.care.tokens import ON_PAGE
from anagen.evidence.comparisons import CLASSES, Change, Comparisons
from anagen.evidence.pooled import PooledEffect

_NARROW = 560  # px; below it a row's words stand above its marks
_ROW, _REMARK, _HEAD = 23, 15, 34  # px
_POOLED = (
    ("between_groups", "Pooled differences between groups, hairs/cm²"),
    ("before_after", "Pooled changes, nothing beside them, hairs/cm²"),
    ("standardised", "Pooled differences, standard deviations of people"),
)


@dataclass(frozen=True)
class _Line:
    """One row of the drawing."""

    name: str
    number: str
    remark: str
    result: Change | PooledEffect


def _lines(results: Iterable[Change | PooledEffect]) -> Iterator[_Line]:
    for result in results:
        if isinstance(result, PooledEffect):
            where = f"{said.source_of(result)}: {result.population}"
            if not result.per_cm2:
                where += f", {result.outcome}"
            if result.verification == "memory":
                where += " · number from memory"
            yield _Line(result.comparison, said.estimate(result), where, result)
            continue
        number = said.measured(result)
        if result.interval is not None:
            number += f" {said.spread(result.interval.low, result.interval.high)}"
        else:
            number += f", {said.NO_INTERVAL}"
        remark = said.remarks(result)
        when = said.when(result.arm)
        yield _Line(said.arm_name(result.arm), number, f"{when} · {remark}".rstrip(" ·"), result)


def _blocks(found: Comparisons) -> Iterator[tuple[str, list[_Line]]]:
    """Headings and their lines, in the scale of hairs/cm² first."""
    for key, changes in found.groups:
        yield CLASSES[key], list(_lines(changes))
    for field, title in _POOLED:
        if effects := getattr(found, field):
            yield title, list(_lines(effects))


def _values(result: Change | PooledEffect) -> list[float]:
    if isinstance(result, PooledEffect):
        ends = (result.estimate, result.ci_low, result.ci_high)
        return [value for value in ends if value is not None]
    interval = result.interval
    return [*result.readings, *((interval.low, interval.high) if interval else ())]


def _scale(results: Iterable[Change | PooledEffect], start: float, end: float) -> Scale:
    values = [0.0, *(value for result in results for value in _values(result))]
    room = 0.04 * (max(values) - min(values)) or 1.0
    return Scale(min(values) - room, max(values) + room, start, end)


def forest_svg(
    found: Comparisons,
    findings: Sequence[str],
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 760,
    key: str = "forest",
) -> str:
    """The forest as SVG; ``findings`` are its description."""
    blocks = list(_blocks(found))
    apart = dict(_POOLED)["standardised"]
    scales = {
        standardised: plot_scale(
            (ln.result for t, ls in blocks if (t == apart) == standardised for ln in ls), width
        )
        for standardised in (True, False)
    }
    more = [("interval", "95 % interval"), ("readings", "two readings of the unit")]
    more += [("pooled", "pooled, over its interval"), ("pooled-bare", "pooled, no interval")]
    legend, y = marks.legend(more, width, colours)
    parts = [legend]
    y += 12
    for title, lines in blocks:
        results = [line.result for line in lines]
        y, drawn = block(title, results, y, scales[title == apart], width, colours)
        parts.append(drawn)
    if not blocks:
        parts.append(text(12, y + 16, "No arm gives a change in hairs/cm².", colours["ink"]))
        y += 30
    title = "Forest of the trials: change in hairs/cm²"
    return svg(width, y + 8, key, title, " ".join(findings), "".join(parts))


def plot_scale(results: Iterable[Change | PooledEffect], width: float) -> Scale:
    """The scale that holds results and their intervals on a drawing of this width."""
    left, right = (14, width - 14) if width < _NARROW else (304, width - 206)
    return _scale(results, left, right)


def block(
    title: str,
    results: Sequence[Change | PooledEffect],
    y: float,
    scale: Scale,
    width: float,
    colours: Mapping[str, str],
) -> tuple[float, str]:
    """A heading with its results below ``y``: where it ends, and its drawing."""
    parts = []
    heading = wrap(title, width - 24, TEXT * 1.12)
    for index, row in enumerate(heading):
        at = y + _HEAD * 0.65 + 17 * index
        parts.append(_bold(12, at, row, colours["ink"]))
    y += _HEAD + 17 * (len(heading) - 1)
    for line in _lines(results):
        height, row = _row(line, y, scale, colours, width, width < _NARROW)
        parts.append(row)
        y += height
    for value in ticks(scale.low, scale.high, 5):
        said_ = said.gain(value)
        parts.append(text(scale(value), y + 14, said_, colours["quiet"], anchor="middle"))
    return y + 22, "".join(parts)


def _row(
    line: _Line,
    y: float,
    scale: Scale,
    colours: Mapping[str, str],
    width: float,
    narrow: bool,
) -> tuple[float, str]:
    """A row's height and its drawing."""
    ink, quiet = colours["ink"], colours["quiet"]
    if narrow:
        words = [(line.name, ink), (line.number, ink)]
        rows = [(each, c) for said_, c in words for each in wrap(said_, width - 28, TEXT)]
        rows += [(each, quiet) for each in wrap(line.remark, width - 28, TEXT)]
        parts = [text(14, y + 14 + 16 * i, each, c) for i, (each, c) in enumerate(rows)]
        top = y + 16 * len(rows) + 4
        middle = top + 10
        height = 16 * len(rows) + 34
    else:
        remarks = wrap(line.remark, 308, TEXT) if line.remark else []
        numbers = wrap(line.number, 190, TEXT)
        top, middle = y, y + 10
        names = wrap(line.name, 308, TEXT)
        rows = [*((each, ink) for each in names), *((each, quiet) for each in remarks)]
        parts = [text(12, middle + 4 + _REMARK * i, each, c) for i, (each, c) in enumerate(rows)]
        for i, each in enumerate(numbers):
            parts.append(text(width - 192, middle + 4 + _REMARK * i, each, ink))
        height = _ROW + _REMARK * (max(len(rows), len(numbers)) - 1)
    foot = y + height - (10 if narrow else 0)
    parts += [_grid(scale, top, foot, colours), _result(line.result, middle, scale, colours)]
    return height, "".join(parts)


def _result(
    result: Change | PooledEffect, y: float, scale: Scale, colours: Mapping[str, str]
) -> str:
    if isinstance(result, PooledEffect):
        assert result.estimate is not None
        middle = scale(result.estimate)
        if result.ci_low is None or result.ci_high is None:
            return marks.diamond(middle - 5, middle, middle + 5, y, colours, known=False)
        low, high = scale(result.ci_low), scale(result.ci_high)
        return marks.diamond(low, middle, high, y, colours, known=True)
    drawn = ""
    if result.interval is not None:
        low, high = result.interval.low, result.interval.high
        drawn += marks.whisker(scale(low), scale(high), y, colours)
    if len(result.readings) > 1:
        low, high = min(result.readings), max(result.readings)
        drawn += marks.conflict(scale(low), scale(high), y, colours)
    kind = marks.kind_of(result.arm)
    return drawn + "".join(marks.mark(scale(v), y, kind, colours) for v in result.readings)


def _grid(scale: Scale, top: float, foot: float, colours: Mapping[str, str]) -> str:
    return "".join(
        f'<path d="M{scale(value):.1f} {top:.1f}V{foot:.1f}" stroke="{colours["quiet"]}" '
        f'stroke-opacity="{0.8 if value == 0 else 0.22}"/>'
        for value in ticks(scale.low, scale.high, 5)
    )


def _bold(x: float, y: float, words: str, fill: str) -> str:
    return text(x, y, words, fill).replace("<text ", '<text font-weight="600" ', 1)


def forest_text(found: Comparisons, width: int) -> Text:
    """The forest in letters: a result's words, and below them its mark and number."""
    blocks = list(_blocks(found))
    apart = dict(_POOLED)["standardised"]
    room = width - 24
    lines: list[Text] = []
    for title, rows in blocks:
        same = [ln.result for t, ls in blocks if (t == apart) == (title == apart) for ln in ls]
        scale = _scale(same, 0, room - 1)
        lines.append(Text(title, style="bold"))
        for line in rows:
            shown, _, bare = line.number.partition(", ")
            remark = f"{line.remark} · {bare}" if bare else line.remark
            words = textwrap.wrap(f"{line.name} · {remark}", width, subsequent_indent="  ")
            lines.append(Text(words[0][: len(line.name)]))
            lines[-1].append(words[0][len(line.name) :], style="dim")
            lines += [Text(each, style="dim") for each in words[1:]]
            lines.append(Text.assemble(*_cells(line.result, scale, room), f" {shown}"))
        axis = [" "] * (room + 4)
        for value in ticks(scale.low, scale.high, 6):
            label = said.gain(value)
            begin = max(0, round(scale(value)) - len(label) // 2)
            axis[begin : begin + len(label)] = list(label)
        lines += [Text("".join(axis).rstrip(), style="dim"), Text()]
    if found.changes:
        lines += [Text(each, style="dim") for each in _meaning()]
    return Text("\n").join(lines)


def _meaning() -> list[str]:
    told = [(marks.letter((k.split()[0], k.split()[1])), meant) for k, meant in marks.MEANING]
    told += [("─", "95 % interval"), ("┄", "two readings of the unit")]
    told += [("◆", "pooled"), ("◇", "pooled, no interval")]
    entries = [f"{sign} {meant}" for sign, meant in told]
    return ["   ".join(part) for part in (entries[:3], entries[3:7], entries[7:])]


def _cells(result: Change | PooledEffect, scale: Scale, room: int) -> list[tuple[str, str]]:
    cells = [(" ", "")] * room
    cells[round(scale(0))] = ("│", "dim")

    def across(low: float, high: float, sign: str, style: str) -> None:
        for at in range(round(scale(low)), round(scale(high)) + 1):
            cells[at] = (sign, style)

    if isinstance(result, PooledEffect):
        assert result.estimate is not None
        known = result.ci_low is not None and result.ci_high is not None
        if known:
            across(*_ends(result), "─", "cyan")
        cells[round(scale(result.estimate))] = ("◆" if known else "◇", "cyan")
        return cells
    if result.interval is not None:
        across(result.interval.low, result.interval.high, "─", "")
    if len(result.readings) > 1:
        across(min(result.readings), max(result.readings), "┄", "yellow")
    kind = marks.kind_of(result.arm)
    for value in result.readings:
        cells[round(scale(value))] = (marks.letter(kind), marks.style(kind))
    return cells


def _ends(effect: PooledEffect) -> tuple[float, float]:
    assert effect.ci_low is not None
    assert effect.ci_high is not None
    return effect.ci_low, effect.ci_high


def unplaced_text(found: Comparisons, width: int) -> Text:
    """The arms without a change in hairs/cm², by the reason why."""
    if not found.unplaced:
        return Text()
    lines = [Text(f"Without a change in hairs/cm² ({len(found.unplaced)} arms)", style="bold")]
    for reason in dict.fromkeys(each.reason for each in found.unplaced):
        named = [f"{u.study_id} {u.arm_id}" for u in found.unplaced if u.reason == reason]
        told = f"{reason} ({len(named)}): {'; '.join(named)}."
        lines += [Text(row) for row in textwrap.wrap(told, width, subsequent_indent="  ")]
    return Text("\n").join(lines)
