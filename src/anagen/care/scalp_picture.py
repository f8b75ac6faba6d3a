"""One square centimetre of scalp as a clipped dermoscopy shows it, at the start and weeks later.

The same follicles stand at the same places in both halves. Everything is to scale: the diameter of
each hair, its length after clipping (a growing hair has lengthened by the time of the picture, a
resting one has not), the distance of the units. Vellus hairs are pale and end in a tip, clipped
terminal hairs are blunt; a follicle without a hair is a faint dot. Which way hairs lie is drawn,
not computed. SVG that parses as XML and needs nothing from outside.
"""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anagen.care import drawing, words
from anagen.care.tokens import LIGHT
from anagen.evidence.parameters import parameters
from anagen.scalp.drive import DrawnDrive, drive, of_draw
from anagen.scalp.population import ANAGEN, LOST, Population, populate
from anagen.scalp.scalp_map import (
    Layout,
    ScalpMap,
    hair_diameter_um,
    in_window,
    lay_out,
    sampling_sd,
)

if TYPE_CHECKING:
    from anagen.patient import Patient
    from anagen.protocol import Protocol

SIDE_MM = 10.0  # one square centimetre
MARGIN_MM = 2.5  # scalp around the window, whose hairs may lie into it
PX_PER_MM = 44.0
GAP = 22.0
HEAD = 50.0
SIDE = SIDE_MM * PX_PER_MM
WIDTH, HEIGHT = 2 * SIDE + 3 * GAP, HEAD + SIDE + 78
LEAN = 0.9  # rad; which way the hairs of the middle lie
SWIRL = np.array([0.055, -0.04])  # rad/mm; how it turns across the window
UNIT_SPREAD = 0.14  # rad; by which units differ from the field …
HAIR_SPREAD = 0.16  # … and hairs of one unit from each other
VELLUS_SPREAD = 0.4  # thin hairs lie more freely
BEND = 0.07  # sideways bow of a hair, in its lengths
DOT_MM = 0.055  # an empty opening
KINDS = ("vellus", "intermediate", "terminal")
INK = {"vellus": ("telogen", 0.75), "intermediate": ("ink", 0.72), "terminal": ("ink", 0.92)}


@dataclass(frozen=True)
class Clipping:
    """How the picture was prepared, and where hairs are called vellus and terminal."""

    clipped_mm: float
    days_after_clipping: float
    growth_mm_day: float
    counted_from_um: float
    vellus_below_um: float
    terminal_from_um: float


@dataclass(frozen=True)
class Moment:
    """The scalp on one day."""

    label: str
    day: float
    population: Population


def scalp_picture(
    scalp: ScalpMap,
    drawn: DrawnDrive,
    before: Moment,
    after: Moment,
    clipping: Clipping,
    *,
    key: str = "scalp",
    seed: int = 0,
) -> str:
    """The middle square centimetre of a map on two days, side by side."""
    ways = _ways(scalp, seed)
    halves, told = [], []
    chance = _chance(scalp, drawn, before, clipping)
    for at, moment in enumerate((before, after)):
        left = GAP + at * (SIDE + GAP)
        half, counts = _half(scalp, drawn, moment, clipping, ways, left, f"{key}-{at}")
        halves.append(half)
        told.append(
            f"{moment.label}: {sum(counts.values())} hairs, of these {counts['terminal']} "
            f"terminal and {counts['vellus']} vellus."
        )
    said = f"One square centimetre of clipped scalp, the same follicles twice. {' '.join(told)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'width="{WIDTH:g}" height="{HEIGHT:g}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-family="\'Open Sans\', system-ui, sans-serif" font-size="{drawing.TEXT}">'
        f'<title id="{key}-t">Scalp: {escape(before.label.lower())} and '
        f"{escape(after.label.lower())}</title>"
        f'<desc id="{key}-d">{escape(said)}</desc>'
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{LIGHT["card"]}"/>'
        f"{''.join(halves)}{_legend(clipping, chance)}</svg>"
    )


def picture_of(patient: "Patient", protocol: "Protocol", weeks: int = 24, seed: int = 0) -> str:
    """The picture of a typical course of one person, at the centres of all numbers.

    Needs numba (the extra ``research``).
    """
    from anagen.model_inputs import person_of, scalp_numbers, treatment_of
    from anagen.scalp.automaton import follow

    centre = {name: np.array([p.centre]) for name, p in parameters().items()}
    person, treatment = person_of(patient, centre, protocol), treatment_of(protocol, 1)
    driven = drive(person, treatment, scalp_numbers(centre), patient.condition, weeks)
    drawn = of_draw(driven, 0)
    side_cm = (SIDE_MM + 2 * MARGIN_MM) / 10
    layout = Layout(*(_recorded(name) for name in Layout._fields))
    scalp = lay_out(drawn.density_per_cm2, side_cm, side_cm, layout, seed)
    start = populate(drawn.follicles, scalp.follicles, seed)
    end = follow(start, drawn.rates, drawn.delay_days, seed).end
    before, after = Moment("Week 0", 0.0, start), Moment(f"Week {weeks}", 7.0 * weeks, end)
    return scalp_picture(scalp, drawn, before, after, clipping_of_records(), seed=seed)


def clipping_of_records() -> Clipping:
    """The usual preparation, from the records."""
    known = parameters()
    return Clipping(
        clipped_mm=_recorded("clipped_mm"),
        days_after_clipping=_recorded("days_after_clipping"),
        growth_mm_day=known["follicles.growth_mm_day"].centre,
        counted_from_um=known["endpoints.counted_from_um"].centre,
        vellus_below_um=known["endpoints.vellus_below_um"].centre,
        terminal_from_um=known["endpoints.terminal_from_um"].centre,
    )


def _recorded(name: str) -> float:
    return parameters()[f"scalp_map.{name}"].centre


def _ways(scalp: ScalpMap, seed: int) -> NDArray[np.float64]:
    """Angle and bow of each follicle's hair, (follicles, 3): terminal, vellus, bow."""
    random = np.random.default_rng([seed, 1])
    middle = np.array([scalp.width_cm, scalp.height_cm]) / 2
    unit = LEAN + (scalp.unit_xy_cm - middle) * 10 @ SWIRL
    unit += UNIT_SPREAD * random.standard_normal(unit.size)
    own = random.standard_normal((scalp.follicles, 2))
    field = unit[scalp.unit]
    return np.stack(
        [field + HAIR_SPREAD * own[:, 0], field + VELLUS_SPREAD * own[:, 0], BEND * own[:, 1]],
        axis=1,
    )


def _length_mm(moment: Moment, clipping: Clipping) -> NDArray[np.float64]:
    """Length of each hair in the picture: clipped, and grown since where it grows."""
    growing = moment.population.phase == ANAGEN
    shown_days = moment.day - moment.population.since_day.astype(float)
    grown_days = np.minimum(shown_days, clipping.days_after_clipping)
    then = np.minimum(clipping.growth_mm_day * (shown_days - grown_days), clipping.clipped_mm)
    return np.where(growing, then + clipping.growth_mm_day * grown_days, clipping.clipped_mm)


def _half(
    scalp: ScalpMap,
    drawn: DrawnDrive,
    moment: Moment,
    clipping: Clipping,
    ways: NDArray[np.float64],
    left: float,
    key: str,
) -> tuple[str, dict[str, int]]:
    """One day's picture, and how many hairs of each kind open within the window."""
    corner = np.array([scalp.width_cm, scalp.height_cm]) / 2 - SIDE_MM / 20
    window = in_window(scalp, float(corner[0]), float(corner[1]), SIDE_MM / 10)
    at = (scalp.xy_cm - corner) * 10 * PX_PER_MM + np.array([left, HEAD])
    diameter = hair_diameter_um(scalp, moment.population, drawn)
    seen = moment.population.visible() & (diameter >= clipping.counted_from_um)
    kind = np.digitize(diameter, [clipping.vellus_below_um, clipping.terminal_from_um])
    length = _length_mm(moment, clipping)
    empty = np.flatnonzero(~seen & (moment.population.phase != LOST))
    parts = [
        f'<g class="empty" fill="{LIGHT["telogen"]}" fill-opacity="0.26">'
        + "".join(_dot(at[i]) for i in empty)
        + "</g>",
        f'<g class="openings" fill="{LIGHT["telogen"]}" fill-opacity="0.16">'
        + "".join(_dot(at[i], 1.6) for i in np.flatnonzero(seen))
        + "</g>",
    ]
    counts = {}
    for number, name in enumerate(KINDS):
        chosen = np.flatnonzero(seen & (kind == number))
        counts[name] = int((seen & window & (kind == number)).sum())
        token, opacity = INK[name]
        hairs = (
            hair(at[i], ways[i, int(name == "vellus")], ways[i, 2], length[i], diameter[i], name)
            for i in chosen
        )
        parts.append(
            f'<g class="{name}" fill="{LIGHT[token]}" fill-opacity="{opacity}">{"".join(hairs)}</g>'
        )
    square = f'x="{left:g}" y="{HEAD:g}" width="{SIDE:g}" height="{SIDE:g}"'
    shown = sum(counts.values())
    said = f"{shown} hairs/cm² · {counts['terminal']} terminal · {counts['vellus']} vellus"
    return (
        f'<clipPath id="{key}"><rect {square}/></clipPath>'
        f'<radialGradient id="{key}-light" r="0.8"><stop stop-color="{LIGHT["skin"]}" '
        f'stop-opacity="0.42"/><stop offset="1" stop-color="{LIGHT["skin"]}" '
        f'stop-opacity="0.72"/></radialGradient>'
        f'<g clip-path="url(#{key})"><rect {square} fill="url(#{key}-light)"/>'
        f"{''.join(parts)}</g>"
        + drawing.text(left, HEAD - 28, words.plain(moment.label), LIGHT["ink"])
        + drawing.text(left, HEAD - 10, said, LIGHT["quiet"]),
        counts,
    )


def _dot(at: NDArray[np.float64], factor: float = 1.0) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{factor * DOT_MM * PX_PER_MM:.2f}"/>'


def hair(
    root: NDArray[np.float64], angle: float, bow: float, length_mm: float, um: float, kind: str
) -> str:
    """One hair: a bowed stroke of its true width; a vellus hair ends in a tip."""
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    length = length_mm * PX_PER_MM
    tip, middle = root + length * along, root + length * (along / 2 + bow * across)
    half = across * um / 2000 * PX_PER_MM
    thin = half * (0.25 if kind == "vellus" else 0.85)
    a, b, c, d, e, f = (
        root + half,
        middle + half,
        tip + thin,
        tip - thin,
        middle - half,
        root - half,
    )
    return f'<path d="M{_p(a)}Q{_p(b)} {_p(c)}L{_p(d)}Q{_p(e)} {_p(f)}Z"/>'


def _p(point: NDArray[np.float64]) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _chance(scalp: ScalpMap, drawn: DrawnDrive, moment: Moment, clipping: Clipping) -> float:
    """Standard deviation of a count of hairs in the window by chance alone."""
    diameter = hair_diameter_um(scalp, moment.population, drawn)
    share = (moment.population.visible() & (diameter >= clipping.counted_from_um)).mean()
    follicles = drawn.density_per_cm2 * (SIDE_MM / 10) ** 2
    return follicles * sampling_sd(float(share), follicles)


def _legend(clipping: Clipping, chance: float) -> str:
    """A scale, and what each mark means."""
    y, x = HEAD + SIDE + 26, GAP
    quiet, ink = LIGHT["quiet"], LIGHT["ink"]
    grown = clipping.clipped_mm + clipping.growth_mm_day * clipping.days_after_clipping
    parts = [
        f'<path class="scale" d="M{x:g} {y - 4:g}v-5m0 2.5h{PX_PER_MM:g}m0 -2.5v5" '
        f'stroke="{ink}" stroke-width="1.6" fill="none"/>',
        drawing.text(x + PX_PER_MM + 8, y - 2, "1 mm", ink),
    ]
    samples = (
        ("terminal", grown, 70.0, "growing"),
        ("terminal", clipping.clipped_mm, 70.0, "resting"),
        ("vellus", clipping.clipped_mm, 26.0, "vellus"),
    )
    x += PX_PER_MM + 66
    for name, length, um, said in samples:
        token, opacity = INK[name]
        drawn = hair(np.array([x, y - 6]), 0.0, 0.0, length, um, name)
        parts.append(f'<g fill="{LIGHT[token]}" fill-opacity="{opacity}">{drawn}</g>')
        x += length * PX_PER_MM + 8
        parts.append(drawing.text(x, y - 2, said, quiet))
        x += 9 * len(said) + 18
    parts.append(
        f'<g fill="{LIGHT["telogen"]}" fill-opacity="0.45">{_dot(np.array([x, y - 6]))}</g>'
        + drawing.text(x + 9, y - 2, "no hair now", quiet)
    )
    foot = (
        f"Simulated; to scale. Clipped to {clipping.clipped_mm:g} mm, pictured "
        f"{clipping.days_after_clipping:g} days later. Vellus: thinner than "
        f"{clipping.vellus_below_um:g} µm, terminal: from {clipping.terminal_from_um:g} µm."
    )
    noise = (
        f"One sample of this scalp: chance alone moves such a count by {chance:.0f} hairs "
        "(standard deviation), before any error of counting."
    )
    feet = drawing.text(GAP, y + 20, foot, quiet) + drawing.text(GAP, y + 37, noise, quiet)
    return "".join(parts) + feet
