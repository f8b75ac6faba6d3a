"""A section of skin, to scale: layers, follicles, channels, vessel, fibres, and what moves in it.

Lengths and depths are medians of the draws; so are the distance of the channels and the reach of
the signal. Schematic are: where single dots and fibres lie, the shape of the follicles and of the
vessel, and how fast the needle goes in and out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, exp
from typing import Literal

import numpy as np

from anagen.care.drawing import text
from anagen.care.story_tissue import pocket, strand
from anagen.care.tokens import ON_PAGE as INK
from anagen.care.words import THIN
from anagen.evidence.parameters import parameters

WIDTH, HEIGHT = 420.0, 560.0
SURFACE, SCALE = 92.0, 104.0  # px of the skin's surface; px per mm
UM = SCALE / 1000  # px per µm
MOST_DOTS, FIBRES, MOST_FIBRES = 60, 40, 40
LEFT_X, RIGHT_X = 96.0, 322.0  # the growing and the resting follicle
VESSEL_PX = 5.0  # at rest; the flow widens it (schematic)

How = Literal["scale", "opacity", "width", "shown"]


@dataclass(frozen=True)
class Part:
    """A piece of the drawing that moves with one track."""

    track: str
    how: How  # scale: across, about ``x``; width: of its strokes; shown: how many of ``pieces``
    # SVG; of a part that is scaled the id of what is stored.
    pieces: tuple[str, ...]
    x: float = 0.0
    attributes: str = ""


def drawn(part: Part, value: float, *, live: bool = False) -> str:
    """A part at one value; ``live`` leaves the marks for the script."""
    marks = f' data-track="{part.track}" data-as="{part.how}"' if live else ""
    fixed = f" {part.attributes}" if part.attributes else ""
    inside = "".join(part.pieces)
    match part.how:
        case "scale":
            at = f' data-x="{part.x:g}"' if live else ""
            moved = f'transform="translate({part.x:g} 0) scale({max(value, 0):.3f} 1)"'
            return f'<use href="#{inside}"{marks}{at} {moved}/>'
        case "opacity":
            if value < 0.005 and not live:
                return ""
            return f'<g{marks}{fixed} opacity="{value:.3f}">{inside}</g>'
        case "width":
            return f'<g{marks}{fixed} stroke-width="{value:.2f}">{inside}</g>'
        case "shown":
            number = round(value)
            if not live:
                inside = "".join(part.pieces[:number])
            return f"<g{marks}{fixed}>{inside}</g>"


def gradients() -> str:
    """The signal falls e-fold over its reach below the tips; redness fades with depth."""
    falls = "".join(
        f'<stop offset="{at / 4:g}" stop-color="{INK["anagen"]}" '
        f'stop-opacity="{0.6 * exp(-at):.3f}"/>'
        for at in (0, 0.5, 1, 1.5, 2, 3, 4)
    )
    return (
        f'<linearGradient id="falls" x2="0" y2="1">{falls}</linearGradient>'
        '<linearGradient id="flush" x2="0" y2="1">'
        f'<stop stop-color="{INK["blood"]}" stop-opacity="0.45"/>'
        f'<stop offset="1" stop-color="{INK["blood"]}" stop-opacity="0"/></linearGradient>'
    )


def _bulb_mm() -> float:
    """Where the root of a growing hair lies: the deepest place that a medicine has to reach."""
    return parameters()["delivery.target_depth_mm"].shape["high"]


def _horn_px() -> float:
    return max(1.4, parameters()["unit_cell.stratum_corneum_um"].centre * UM)


def behind(lengths: Mapping[str, float]) -> str:
    """Layers and follicles."""
    dermis = SURFACE + lengths["skin_mm"] * SCALE
    epidermis = lengths["epidermis_um"] * UM
    tone = INK["skin"]
    lie = np.random.default_rng(17)
    fat = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}"/>'
        for x, y, r in zip(
            lie.uniform(0, WIDTH, 46),
            lie.uniform(dermis + 16, HEIGHT - 8, 46),
            lie.uniform(10, 19, 46),
            strict=True,
        )
    )
    growing = pocket(LEFT_X, SURFACE, SURFACE + _bulb_mm() * SCALE, 9)
    resting = pocket(RIGHT_X, SURFACE, SURFACE + _club_mm(lengths) * SCALE, 8)
    sheath = f'fill="{tone}" stroke="{INK["telogen"]}" stroke-opacity="0.6"'
    return (
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{INK["paper"]}"/>'
        f'<rect y="{SURFACE:g}" width="{WIDTH:g}" height="{HEIGHT - SURFACE:g}" '
        f'fill="{INK["card"]}"/>'
        f'<rect y="{dermis:.1f}" width="{WIDTH:g}" height="{HEIGHT - dermis:.1f}" fill="{tone}" '
        'fill-opacity="0.16"/>'
        f'<g fill="none" stroke="{INK["telogen"]}" stroke-opacity="0.22">{fat}</g>'
        f'<rect y="{SURFACE:g}" width="{WIDTH:g}" height="{dermis - SURFACE:.1f}" fill="{tone}" '
        'fill-opacity="0.42"/>'
        f'<g fill="none" stroke="{INK["telogen"]}" stroke-opacity="0.28" stroke-width="2">'
        f"{''.join(_fibres(lengths)[:FIBRES])}</g>"
        f'<rect y="{SURFACE:g}" width="{WIDTH:g}" height="{epidermis:.1f}" fill="{tone}"/>'
        f'<path d="{growing}" {sheath}/><path d="{resting}" {sheath}/>'
    )


def _club_mm(lengths: Mapping[str, float]) -> float:
    """A resting root ends a little below the bulge."""
    return lengths["bulge_mm"] + 0.35


def before(lengths: Mapping[str, float]) -> str:
    """Hairs, the horny layer, names and the scale, above what moves."""
    dermis = SURFACE + lengths["skin_mm"] * SCALE
    bulb, club = SURFACE + _bulb_mm() * SCALE, SURFACE + _club_mm(lengths) * SCALE
    bulge = SURFACE + lengths["bulge_mm"] * SCALE
    ink, quiet, card = INK["ink"], INK["quiet"], INK["card"]
    hair = f'fill="none" stroke="{ink}" stroke-linecap="round"'

    def name(x: float, y: float, said: str, anchor: str = "start") -> str:
        return text(x, y, said, ink, anchor=anchor, halo=card)

    bar = 0.5 * SCALE
    return (
        f'<path d="{strand(LEFT_X, bulb - 14, SURFACE, 84)}" {hair} stroke-width="7"/>'
        f'<path d="{strand(RIGHT_X, club - 12, SURFACE, 70)}" {hair} stroke-width="6"/>'
        f'<circle cx="{LEFT_X:g}" cy="{bulb - 14:.1f}" r="10" fill="{INK["anagen"]}"/>'
        f'<circle cx="{RIGHT_X:g}" cy="{club - 10:.1f}" r="5.5" fill="{INK["telogen"]}"/>'
        f'<path d="M0 {SURFACE:g}H{WIDTH:g}" stroke="{INK["telogen"]}" '
        f'stroke-width="{_horn_px():.1f}"/>'
        f'<path d="M5 {SURFACE - 38:g}H2.5V{SURFACE - 0.5:g}M5 {SURFACE - 18:g}v22" '
        f'stroke="{quiet}" fill="none"/>'
        f'<path d="M{RIGHT_X + 12:g} {bulge:.1f}h22" stroke="{quiet}"/>'
        + name(8, SURFACE - 34, "horny layer")
        + name(8, SURFACE - 14, "epidermis")
        + name(8, dermis - 10, "dermis")
        + name(8, dermis + 22, "fat")
        + name(RIGHT_X + 38, bulge + 4, "bulge")
        + name(LEFT_X + 26, bulb - 10, "bulb of a growing hair")
        + name(RIGHT_X, club + 22, "a resting hair", "middle")
        + f'<path d="M{WIDTH - 14 - bar:.1f} {HEIGHT - 18:g}v-8m0 4h{bar:.1f}m0 -4v8" '
        f'stroke="{ink}" stroke-width="1.6" fill="none"/>'
        + name(WIDTH - 22 - bar, HEIGHT - 14, f"0.5{THIN}mm", "end")
    )


def parts(lengths: Mapping[str, float], needled: bool) -> tuple[Part, ...]:
    dermis_px = lengths["skin_mm"] * SCALE
    tip = lengths["depth_mm"] * SCALE
    reach = 4 * lengths["signal_reach_mm"] * SCALE
    bulge = SURFACE + lengths["bulge_mm"] * SCALE
    flush = f'<rect y="{SURFACE:g}" width="{WIDTH:g}" height="{dermis_px:.1f}" fill="url(#flush)"/>'
    glow = (
        f'<rect y="{SURFACE:g}" width="{WIDTH:g}" height="{tip:.1f}" fill="{INK["anagen"]}" '
        f'fill-opacity="0.6"/><rect y="{SURFACE + tip:.1f}" width="{WIDTH:g}" '
        f'height="{min(reach, HEIGHT - SURFACE - tip):.1f}" fill="url(#falls)"/>'
    )
    waking = f'<ellipse cx="{RIGHT_X:g}" cy="{bulge:.1f}" rx="15" ry="22" fill="{INK["anagen"]}"/>'
    fibres = f'fill="none" stroke="{INK["telogen"]}" stroke-width="2.8" stroke-opacity="0.85"'
    dots = f'stroke="{INK["anagen"]}" stroke-width="7" stroke-linecap="round"'
    parts = [
        Part("redness", "opacity", (flush,)),
        Part("signal", "opacity", (glow,)),
        Part("fibres", "shown", _fibres(lengths)[FIBRES:], attributes=fibres),
        Part(
            "vessel", "width", _vessel(lengths), attributes=f'stroke="{INK["blood"]}" fill="none"'
        ),
        Part("waking", "opacity", (waking,)),
    ]
    if needled:
        parts += _channels(lengths)
    parts += [
        Part("skin", "shown", _skin_dots(lengths), attributes=dots),
        Part("follicle", "shown", _follicle_dots(), attributes=dots),
    ]
    if needled:
        parts.append(Part("needle", "opacity", (_needles(lengths),)))
    return tuple(parts)


def _places(lengths: Mapping[str, float]) -> list[float]:
    """Where channels stand: at their mean distance in a field, none in a hair's opening."""
    apart = max(
        10 / lengths["channels_per_cm2"] ** 0.5 * SCALE, 2 * lengths["mouth_radius_um"] * UM
    )
    number = ceil(WIDTH / apart)
    places = [WIDTH / 2 + (i - number // 2) * apart for i in range(number + 1)]
    free = 14 + lengths["mouth_radius_um"] * UM
    return [
        x
        for x in places
        if 0 < x < WIDTH and all(abs(x - hair) > free for hair in (LEFT_X, RIGHT_X))
    ]


def channel(lengths: Mapping[str, float]) -> str:
    """A channel in two: the mouth through horn and epidermis, and the hole in the dermis."""
    half, depth = lengths["mouth_radius_um"] * UM, lengths["depth_mm"] * SCALE
    top = min(lengths["epidermis_um"] * UM, depth)
    waist = half * (1 - top / depth) if depth else 0.0
    look = f'fill="{INK["paper"]}" stroke="{INK["needle"]}" stroke-width="1.2"'
    return (
        f'<path id="mouth" {look} d="M{-half:.2f} {SURFACE - 2:g}L{-waist:.2f} {SURFACE + top:.1f}'
        f'H{waist:.2f}L{half:.2f} {SURFACE - 2:g}"/>'
        f'<path id="hole" {look} d="M{-waist:.2f} {SURFACE + top:.1f}L0 {SURFACE + depth:.1f}'
        f'L{waist:.2f} {SURFACE + top:.1f}"/>'
    )


def _channels(lengths: Mapping[str, float]) -> list[Part]:
    """All channels, each in its two pieces."""
    return [
        Part(piece, "scale", (piece,), x=round(x, 1))
        for x in _places(lengths)
        for piece in ("hole", "mouth")
    ]


def _needles(lengths: Mapping[str, float]) -> str:
    """The needles in the skin, as wide as they are: the channel springs back to part of that."""
    ratio = parameters()["needling.mouth_ratio"].centre
    half, tip = lengths["mouth_radius_um"] * UM / ratio, SURFACE + lengths["depth_mm"] * SCALE
    drawn = "".join(
        f"M{x - half:.1f} 0V{SURFACE - 8:g}L{x:.1f} {tip:.1f}L{x + half:.1f} {SURFACE - 8:g}V0z"
        for x in _places(lengths)[2::4]
    )
    return f'<path d="{drawn}" fill="{INK["needle"]}"/>'


def _vessel(lengths: Mapping[str, float]) -> tuple[str, ...]:
    """A vessel below the dermis with two loops up to the epidermis."""
    trunk = SURFACE + lengths["skin_mm"] * SCALE + 8
    top = SURFACE + lengths["epidermis_um"] * UM + 10
    loops = "".join(
        f"M{x - 9:g} {trunk:.0f}V{top + 12:.0f}q0 -12 9 -12t9 12V{trunk:.0f}" for x in (206, 388)
    )
    return (
        f'<path d="M0 {trunk:.0f}q105 7 210 0t210 0"/>',
        f'<g opacity="0.85" transform="translate(0 0)"><path d="{loops}" stroke-width="3"/></g>',
    )


def _fibres(lengths: Mapping[str, float]) -> tuple[str, ...]:
    """Collagen fibres: loose waves along the skin, in no order."""
    lie = np.random.default_rng(11)
    top = SURFACE + lengths["epidermis_um"] * UM + 6
    bottom = SURFACE + lengths["skin_mm"] * SCALE - 4
    made = []
    for _ in range(FIBRES + MOST_FIBRES):
        x, y = lie.uniform(-30, WIDTH - 40), lie.uniform(top, bottom)
        step, bow = lie.uniform(14, 26), lie.uniform(3, 6)
        made.append(
            f'<path d="M{x:.0f} {y:.0f}q{step / 2:.0f} {-bow:.0f} {step:.0f} 0'
            f't{step:.0f} 0t{step:.0f} 0"/>'
        )
    return tuple(made)


def _skin_dots(lengths: Mapping[str, float]) -> tuple[str, ...]:
    lie = np.random.default_rng(5)
    top = SURFACE + lengths["epidermis_um"] * UM
    room = lengths["skin_mm"] * SCALE - (top - SURFACE) - 4
    depth = np.minimum(lie.exponential(0.35 * room, MOST_DOTS), lie.uniform(0, room, MOST_DOTS))
    at = zip(lie.uniform(6, WIDTH - 6, MOST_DOTS), top + depth, strict=True)
    return tuple(f'<path d="M{x:.0f} {y:.0f}h0"/>' for x, y in at)


def _follicle_dots() -> tuple[str, ...]:
    lie = np.random.default_rng(8)
    sides = lie.choice([-7.0, 7.0], MOST_DOTS)
    hairs = lie.choice([LEFT_X, RIGHT_X], MOST_DOTS)
    down = SURFACE + 4 + lie.uniform(0, 0.7 * SCALE, MOST_DOTS)
    return tuple(
        f'<path d="M{x:.0f} {y:.0f}h0"/>' for x, y in zip(hairs + sides, down, strict=True)
    )
