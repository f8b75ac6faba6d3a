"""Drawings that move: each moving attribute is a function of time, from 0 to 1.

The same functions are evaluated at many times for an animation that plays without a script (SMIL)
and at four times for still pictures, so that both show the same. What does not move is written once
(`store`) and used by the animation and by every still.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from anagen.care.tokens import LIGHT

WIDTH, HEIGHT = 400.0, 300.0  # px of every scene
SAMPLES = 60  # steps of an animation; stills stand on them
TRANSFORMS = ("translate", "rotate", "scale")
MOST_OFF = 0.6  # px by which an animation may leave out the way between two steps
NUMBER = re.compile(r"-?\d+\.?\d*")
WORTH_STORING = 40  # letters from which on a part that does not move is written once only
# A page's own colours, light or dark.
INK: Mapping[str, str] = {name: f"var(--{name})" for name in LIGHT}

type Value = str | float
type Moving = Callable[[float], Value]


@dataclass(frozen=True)
class Shape:
    """An element of a drawing. ``@`` in a fixed value is the key of the drawing it stands in."""

    tag: str
    fixed: Mapping[str, Value] = field(default_factory=dict)
    moving: Mapping[str, Moving] = field(default_factory=dict)  # at most one of `TRANSFORMS`
    inside: tuple["Shape", ...] = ()
    text: str = ""

    @property
    def moves(self) -> bool:
        """Whether anything in it moves."""
        return bool(self.moving) or any(each.moves for each in self.inside)


@dataclass(frozen=True)
class Moment:
    """From this time of the drawing on, it shows what is ``said``."""

    time: float
    said: str


@dataclass(frozen=True)
class Drawing:
    """One scene's picture: what moves in it, what its time is called, and when it stands still."""

    key: str
    shapes: tuple[Shape, ...]
    moments: tuple[Moment, ...]
    stills: tuple[float, ...]  # steps of `SAMPLES`
    seconds: float

    def said(self, time: float) -> str:
        """What the time of the drawing is called."""
        passed = [moment.said for moment in self.moments if moment.time <= time + 1e-9]
        return passed[-1] if passed else self.moments[0].said


def shape(
    tag: str, *inside: Shape, moving: Mapping[str, Moving] | None = None, **fixed: Value
) -> Shape:
    """A `Shape`; underscores in names of attributes stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in fixed.items()}
    return Shape(tag, named, moving or {}, tuple(inside))


def gradient(kind: str, name: str, tone: str, near: float, far: float) -> Shape:
    """One tone from one opacity to another: "linear" downwards, "radial" outwards."""
    stops = (
        shape("stop", stop_color=tone, stop_opacity=near),
        shape("stop", offset=1, stop_color=tone, stop_opacity=far),
    )
    downwards: Mapping[str, Value] = {"x2": 0, "y2": 1} if kind == "linear" else {}
    return Shape(f"{kind}Gradient", {"id": f"@-{name}"} | downwards, inside=stops)


def store(drawing: Drawing) -> str:
    """What does not move in a drawing, for `animated` and `still` to use."""
    return "".join(f'<g id="{name}">{written}</g>' for written, name in _stored(drawing).items())


def animated(drawing: Drawing, title: str, described: str) -> str:
    """The drawing as SVG that plays in a loop; what it shows is said in its upper left corner."""
    stored = _stored(drawing)
    labels = "".join(_label(drawing, index) for index in range(len(drawing.moments)))
    labels = f'<g class="moments">{labels}</g>'
    body = _inside(drawing.shapes, drawing.key, stored, lambda e: _playing(e, drawing, stored))
    return _svg(drawing.key, title, described, body + labels)


def still(drawing: Drawing, index: int, described: str) -> str:
    """The drawing at one of its stills."""
    stored, time = _stored(drawing), drawing.stills[index]
    body = _inside(drawing.shapes, drawing.key, stored, lambda e: _at(e, time, drawing, stored))
    return _svg(f"{drawing.key}-{index}", drawing.said(time), described, body)


def sampled(moving: Moving) -> list[str]:
    """A moving attribute at every step of the animation, both ends included."""
    return [_said(moving(step / SAMPLES)) for step in range(SAMPLES + 1)]


def part(time: float, start: float, end: float) -> float:
    """How much of the stretch from ``start`` to ``end`` has passed: 0 before, 1 after."""
    return min(1.0, max(0.0, (time - start) / (end - start)))


def eased(time: float, start: float, end: float) -> float:
    """As `part`, but setting off and arriving gently."""
    passed = part(time, start, end)
    return passed * passed * (3 - 2 * passed)


def between(low: float, high: float, share: float) -> float:
    """The value at a share of the way from ``low`` to ``high``."""
    return low + (high - low) * share


def _svg(key: str, title: str, described: str, body: str) -> str:
    named = f'<title id="{key}-t">{escape(title)}</title>'
    by = f"{key}-t"
    if described:
        named += f'<desc id="{key}-d">{escape(described)}</desc>'
        by += f" {key}-d"
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-labelledby="{by}">{named}{body}'
        "</svg>"
    )


def _stored(drawing: Drawing) -> dict[str, str]:
    """The parts that do not move, as written -> the id under which they are kept."""
    found: dict[str, str] = {}

    def look(shapes: Sequence[Shape]) -> None:
        for written, inner in _runs(shapes, drawing.key):
            if inner is not None:
                look(inner.inside)
            elif len(written) >= WORTH_STORING:
                found.setdefault(written, f"{drawing.key}-part-{len(found)}")

    look(drawing.shapes)
    return found


def _runs(shapes: Sequence[Shape], key: str) -> list[tuple[str, Shape | None]]:
    """Neighbours that do not move as one piece of SVG, each that moves as it is."""
    runs: list[tuple[str, Shape | None]] = []
    for each in shapes:
        if each.moves:
            runs.append(("", each))
        elif runs and runs[-1][1] is None:
            runs[-1] = (runs[-1][0] + _written(each, key), None)
        else:
            runs.append((_written(each, key), None))
    return runs


def _inside(
    shapes: Sequence[Shape], key: str, stored: Mapping[str, str], moved: Callable[[Shape], str]
) -> str:
    return "".join(
        moved(each)
        if each is not None
        else (f'<use href="#{stored[written]}"/>' if written in stored else written)
        for written, each in _runs(shapes, key)
    )


def _written(each: Shape, key: str) -> str:
    """A part that does not move."""
    within = "".join(_written(inner, key) for inner in each.inside) + escape(each.text)
    return _tag(each, key, {}, within)


def _at(each: Shape, time: float, drawing: Drawing, stored: Mapping[str, str]) -> str:
    """An element that moves as it stands at ``time``; nothing where it cannot be seen then."""
    shown = {name: _said(moving(time)) for name, moving in each.moving.items()}
    match shown.get("opacity"):
        case "0":
            return ""
        case "1":
            del shown["opacity"]
    within = _inside(
        each.inside, drawing.key, stored, lambda inner: _at(inner, time, drawing, stored)
    )
    return _tag(each, drawing.key, shown, within)


def _playing(each: Shape, drawing: Drawing, stored: Mapping[str, str]) -> str:
    """An element that moves, with its animations."""
    values = {name: sampled(moving) for name, moving in each.moving.items()}
    moves = "".join(_animation(name, all_, drawing) for name, all_ in values.items())
    within = _inside(
        each.inside, drawing.key, stored, lambda inner: _playing(inner, drawing, stored)
    )
    return _tag(each, drawing.key, {name: all_[0] for name, all_ in values.items()}, moves + within)


def _tag(each: Shape, key: str, shown: Mapping[str, str], within: str) -> str:
    attributes = {name: _said(value).replace("@", key) for name, value in each.fixed.items()}
    for name, value in shown.items():
        if name in TRANSFORMS:
            attributes["transform"] = f"{name}({value})"
        else:
            attributes[name] = value
    told = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{each.tag}{told}>{within}</{each.tag}>" if within else f"<{each.tag}{told}/>"


def _animation(name: str, values: Sequence[str], drawing: Drawing) -> str:
    """SMIL for one attribute; steps that lie on the straight way between others are left out."""
    if len(set(values)) == 1:
        return ""
    stills = [round(time * SAMPLES) for time in drawing.stills]
    kept = _needed(values, stills, 0.02 if name == "opacity" else 0.2)
    at = ";".join(f"{step / SAMPLES:.3f}".strip("0") or "0" for step in kept[1:-1])
    how = (
        f'dur="{drawing.seconds:g}s" repeatCount="indefinite" '
        f'keyTimes="0;{at}{";" * bool(at)}1" values="{";".join(values[step] for step in kept)}"'
    )
    if name in TRANSFORMS:
        return f'<animateTransform attributeName="transform" type="{name}" {how}/>'
    return f'<animate attributeName="{name}" {how}/>'


def _needed(values: Sequence[str], exact: Sequence[int], least: float) -> list[int]:
    """The steps between which straight lines are as good as all steps (Douglas-Peucker).

    Each number of a value may be off by a hundredth of what it moves, from ``least`` to `MOST_OFF`;
    at the steps ``exact`` by nothing.
    """
    numbers = np.array([[float(found) for found in NUMBER.findall(value)] for value in values])
    off = np.tile(np.clip(0.01 * np.ptp(numbers, axis=0), least, MOST_OFF), (len(values), 1))
    off[list(exact)] = 1e-6
    kept, stretches = {0, len(values) - 1}, [(0, len(values) - 1)]
    while stretches:
        first, last = stretches.pop()
        share = np.linspace(0, 1, last - first + 1)[:, None]
        straight = (1 - share) * numbers[first] + share * numbers[last]
        miss = (np.abs(numbers[first : last + 1] - straight) / off[first : last + 1]).max(axis=1)
        worst = first + int(miss.argmax())
        if miss.max() > 1:
            kept.add(worst)
            stretches += [(first, worst), (worst, last)]
    return sorted(kept)


def _said(value: Value) -> str:
    if isinstance(value, str):
        return value
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def _label(drawing: Drawing, index: int) -> str:
    """What the time is called, while it is; the first from the start on."""
    moments = drawing.moments
    start = moments[index].time if index else 0.0
    end = moments[index + 1].time if index + 1 < len(moments) else 1.0
    times, values = [f"{start:.3f}", f"{end:.3f}"], ["1", "0"]
    if index:
        times, values = ["0", *times], ["0", *values]
    if index + 1 == len(moments):
        times, values = times[:-1], values[:-1]
    return (
        f'<text x="16" y="30" opacity="{values[0]}"><animate attributeName="opacity" '
        f'calcMode="discrete" dur="{drawing.seconds:g}s" repeatCount="indefinite" '
        f'keyTimes="{";".join(times)}" values="{";".join(values)}"/>'
        f"{escape(moments[index].said)}</text>"
    )
