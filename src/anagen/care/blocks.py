"""Charts in block characters, for a terminal and for a pipe: readable without any colour."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from anagen.care import words
from anagen.care.drawing import Point, session_weeks, start
from anagen.care.scale import ticks

if TYPE_CHECKING:
    from anagen.forecast import Forecast

NINE, HALF, MIDDLE, OTHER, BLIND, BEFORE = "░", "▒", "┃", "┊", "·", "╌"
STYLES = {NINE: "green", HALF: "green", MIDDLE: "bold green", OTHER: "bold", BLIND: "dim"}


def intervals(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    no_needling: Mapping[str, float] | None,
    blind: float,
    width: int,
) -> Text:
    """One line for each named change: its range, its half, its middle, all on one scale."""
    label = max(len(name) for name, _ in rows) + 2
    room = width - label
    ends = [quantiles[name] for _, quantiles in rows for name in ("p05", "p95")]
    low, high = min([*ends, -blind]) * 1.04, max([*ends, blind]) * 1.04

    def at(value: float) -> int:
        return round((value - low) / (high - low) * (room - 1))

    lines = []
    for name, quantiles in rows:
        cells = [BLIND if at(-blind) <= cell <= at(blind) else " " for cell in range(room)]
        for cell in range(at(quantiles["p05"]), at(quantiles["p95"]) + 1):
            inner = at(quantiles["p25"]) <= cell <= at(quantiles["p75"])
            cells[cell] = HALF if inner else NINE
        cells[at(0)] = "│"
        if no_needling is not None:
            cells[at(no_needling["median"])] = OTHER
        cells[at(quantiles["median"])] = MIDDLE
        lines.append(_coloured(f"{name:<{label}}", cells))
    axis = [" "] * (room + 8)
    for tick in ticks(low, high, 5):
        said = words.signed(tick)
        begin = max(0, at(tick) - len(said) // 2)
        axis[begin : begin + len(said)] = list(said)
    lines.append(Text(f"{'':<{label}}{''.join(axis).rstrip()}", style="dim"))
    said = f"{MIDDLE} middle  {HALF} half  {NINE} nine in ten"
    said += f"  {BLIND} too small to measure" if blind else ""
    lines.append(Text(said + (f"  {OTHER} no needling" if no_needling else ""), style="dim"))
    return Text("\n").join(lines)


def course(
    forecast: "Forecast",
    no_needling: "Forecast | None",
    width: int,
    height: int = 12,
    endpoint: str = words.TOTAL,
    before: "Forecast | None" = None,
    points: Sequence[Point] = (),
) -> Text:
    """One forecast over its weeks: bands, middle, the start, and the sessions below the axis.

    ``before`` is outlined, the same course before the counts ``points``, drawn with their error.
    """
    drawn = forecast.band(endpoint)
    against = no_needling.band(endpoint) if no_needling is not None else None
    begun = start(forecast, endpoint)
    edges = [begun.value - begun.blind, begun.value + begun.blind]
    earlier = before.band(endpoint) if before is not None else None
    bands = [each for each in (drawn, against, earlier) if each is not None]
    edges += [point.value + sign * point.error for point in points for sign in (-1, 1)]
    low = min([*edges, *(float(np.min(each["p05"])) for each in bands)])
    high = max([*edges, *(float(np.max(each["p95"])) for each in bands)])
    label = 6
    room = width - label
    last = int(forecast.weeks[-1])
    index = np.round(np.linspace(0, len(forecast.weeks) - 1, room)).astype(int).tolist()

    def row(value: float) -> int:
        return round((high - value) / ((high - low) or 1) * (height - 1))

    grid = [[" "] * room for _ in range(height)]
    for line in range(row(edges[1]), row(edges[0]) + 1 if begun.blind else 0):
        grid[line] = [BLIND if column % 2 else " " for column in range(room)]
    lies = {name: [row(float(value)) for value in drawn[name][index]] for name in drawn}
    for column in range(room):
        for name_low, name_high, sign in (("p05", "p95", NINE), ("p25", "p75", HALF)):
            for line in range(lies[name_high][column], lies[name_low][column] + 1):
                grid[line][column] = sign
        if earlier is not None and column % 2 == 0:
            for name in ("p05", "p95"):
                grid[row(float(earlier[name][index[column]]))][column] = BEFORE
        if against is not None and column % 2:
            grid[row(float(against["median"][index[column]]))][column] = "-"
        grid[lies["median"][column]][column] = "━"
    grid[row(begun.value)][0] = "●" if begun.measured else "○"
    for point in points:
        column = round(point.week / last * (room - 1))
        for line in range(row(point.value + point.error), row(point.value - point.error) + 1):
            grid[line][column] = "│"
        grid[row(point.value)][column] = "●" if point.used else "?"
    lines = []
    marks = {row(tick): tick for tick in ticks(low, high, 6)}
    for line, cells in enumerate(grid):
        said = words.number(marks[line]) if line in marks else ""
        lines.append(_coloured(f"{said:>{label - 2}} {'┤' if line in marks else '│'}", cells))
    foot = ["─"] * room
    for week in session_weeks(forecast):
        foot[round(week / last * (room - 1))] = "▼"
    lines.append(Text(f"{'':<{label - 1}}└{''.join(foot)}"))
    weeks = [" "] * (room + 4)
    step = next(each for each in (1, 2, 4, 8, 12, 26, 52, 104, 520) if last / each <= 7)
    for week in range(0, last + 1, step):
        begin = round(week / last * (room - 1))
        weeks[begin : begin + len(str(week))] = list(str(week))
    lines.append(Text(f"{'':<{label}}{''.join(weeks).rstrip()}", style="dim"))
    keys = f"━ middle  {HALF} half  {NINE} nine in ten"
    keys += f"  {BLIND} too small to measure" if begun.blind else ""
    more = "▼ session  " if session_weeks(forecast) else ""
    more += "- no needling  " if against is not None else ""
    more += f"{BEFORE} nine in ten before  " if earlier is not None else ""
    more += "● counted, │ its error" if points else ""
    more += "  ? questioned" if any(not point.used for point in points) else ""
    lines += [Text(each, style="dim") for each in (keys, more) if each]
    return Text("\n").join(lines)


def _coloured(label: str, cells: Sequence[str]) -> Text:
    styled = STYLES | {"━": "bold green", "●": "bold", "○": "bold", "?": "bold", BEFORE: "dim"}
    return Text.assemble(label, *((cell, styled.get(cell, "")) for cell in cells))
