"""The living microscope: a cross-section of skin, to scale, driven by the close-up of one course.

What moves is a `Part`: a piece of the drawing, the track of values that drives it, and how a value
is shown. A still is the drawing at one time; the moving picture carries the tracks with it, and
``microscope.js`` runs through them. Lengths and depths are to scale, as medians; so are the
distance of the channels and the reach of the signal. Schematic are: where single dots and fibres
lie, the shape of the follicles, the vessel, and how fast the needle goes in and out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, exp, log10
from typing import TYPE_CHECKING, Literal

import numpy as np

from anagen.care import words
from anagen.care.drawing import text
from anagen.care.story_tissue import pocket, strand
from anagen.care.tokens import ON_PAGE as INK
from anagen.care.words import THIN
from anagen.evidence.parameters import parameters

if TYPE_CHECKING:
    from anagen.close_up import CloseUp
    from anagen.kept_forecast import AnyForecast

WIDTH, HEIGHT = 420.0, 560.0
SURFACE, SCALE = 92.0, 104.0  # px of the skin's surface; px per mm
UM = SCALE / 1000  # px per µm
MOST_DOTS, FIBRES, MOST_FIBRES = 60, 40, 40
NEEDLE_OUT_S = 2.0  # schematic: a stroke takes milliseconds
STILLS_S = (60.0, 21_600.0, 259_200.0)  # and the last week but half the course
LEFT_X, RIGHT_X = 96.0, 322.0  # the growing and the resting follicle
VESSEL_PX = 5.0  # at rest; the flow widens it (schematic)

How = Literal["scale", "opacity", "width", "shown"]


@dataclass(frozen=True)
class Part:
    """A piece of the drawing that moves with one track."""

    track: str
    how: How  # scale: across, about ``x``; width: of its strokes; shown: how many of ``pieces``
    pieces: tuple[str, ...]
    x: float = 0.0
    attributes: str = ""


@dataclass(frozen=True)
class Reading:
    """One line beside the drawing: a band over the frames, in words at any of them."""

    name: str
    unit: str
    band: Mapping[str, Sequence[float]]
    digits: int = 2

    def said(self, frame: int) -> str:
        """Median and range of nine in ten at a frame."""
        low, middle, high = (
            words.number(round(float(self.band[q][frame]), self.digits))
            for q in ("p05", "median", "p95")
        )
        unit = f"{THIN}{self.unit}" if self.unit else ""
        return f"{middle}{unit} ({low} to {high})"


@dataclass(frozen=True)
class LivingMicroscope:
    """A course as a drawing that can be shown at any time."""

    seconds: tuple[float, ...]
    tracks: Mapping[str, Sequence[float]]
    parts: tuple[Part, ...]
    behind: str  # what does not move, as SVG
    before: str  # what does not move and lies on top
    readings: tuple[Reading, ...]
    stills_s: tuple[float, ...]
    sessions_s: tuple[float, ...]
    legend: tuple[tuple[str, str], ...]  # a mark's SVG, and what it is
    foot: str
    alt: str

    def still(self, second: float, key: str) -> str:
        """The drawing at the frame nearest to a time, to be used with `stored`."""
        frame = self.frame(second)
        moved = "".join(drawn(part, float(self.tracks[part.track][frame])) for part in self.parts)
        return _svg(key, said_time(second), self.described(frame), _layers(moved))

    def player(self, key: str) -> str:
        """The drawing at its first frame, with the marks by which a script moves it."""
        moved = "".join(
            drawn(part, float(self.tracks[part.track][0]), live=True) for part in self.parts
        )
        return _svg(key, "The skin around a needle's channels", self.alt, _layers(moved))

    def stored(self) -> str:
        """What does not move, once for all drawings of a page."""
        return (
            '<svg class="stored" width="0" height="0" aria-hidden="true" focusable="false">'
            f'<defs>{_gradients()}<g id="skin-behind">{self.behind}</g>'
            f'<g id="skin-before">{self.before}</g></defs></svg>'
        )

    def frame(self, second: float) -> int:
        """The frame nearest to a time."""
        return int(np.abs(np.array(self.seconds) - second).argmin())

    def described(self, frame: int) -> str:
        """A frame in words, for those who do not see it."""
        return "; ".join(f"{each.name}: {each.said(frame)}" for each in self.readings) + "."

    def data(self) -> dict[str, object]:
        """What the script needs, as plain data."""
        return {
            "seconds": [_short(second, 6) for second in self.seconds],
            "tracks": {
                name: [_short(value) for value in values] for name, values in self.tracks.items()
            },
            "readings": [
                {
                    "digits": each.digits,
                    "unit": each.unit,
                    **{q: [_short(v) for v in each.band[q]] for q in ("p05", "median", "p95")},
                }
                for each in self.readings
            ],
            "sessions": list(self.sessions_s),
        }


def living_microscope(seen: "CloseUp", forecast: "AnyForecast") -> LivingMicroscope:
    """The drawing of a course; ``forecast`` is of the same person and course."""
    shown, lengths = seen.shown, seen.lengths
    needled = bool(seen.sessions_s)
    dot_skin = _per_dot(shown["skin_ug_cm2"]["median"])
    dot_follicle = _per_dot(shown["follicle_ug_cm2"]["median"])
    most_exit = parameters()["effects.most_exit_factor"].centre
    fibre = _per_fibre(shown["collagen_ratio"]["median"])
    tracks = {
        "needle": [float(needled and second < NEEDLE_OUT_S / 2) for second in seen.seconds],
        "mouth": shown["open_share"]["median"],
        "hole": shown["track_open_share"]["median"],
        "redness": [min(1.0, value) for value in shown["redness"]["median"]],
        "signal": [min(1.0, value) for value in shown["signal"]["median"]],
        "vessel": [VESSEL_PX * value for value in shown["flow_ratio"]["median"]],
        "skin": [value / dot_skin for value in shown["skin_ug_cm2"]["median"]],
        "follicle": [value / dot_follicle for value in shown["follicle_ug_cm2"]["median"]],
        "fibres": [max(0.0, value - 1) / fibre for value in shown["collagen_ratio"]["median"]],
        "waking": [
            min(1.0, max(0.0, value - 1) / (most_exit - 1))
            for value in shown["exit_factor"]["median"]
        ],
    }
    stills = tuple(second for second in STILLS_S if second < seen.seconds[-1])
    last = min(24 * 604_800.0, seen.seconds[-1])
    weekly = _weekly(seen, forecast)
    return LivingMicroscope(
        seconds=seen.seconds,
        tracks=tracks,
        parts=_parts(lengths, needled),
        behind=_behind(lengths),
        before=_before(lengths),
        readings=(
            Reading("Channels open for a drug", "%", _times(shown["open_share"], 100), 0),
            Reading("Holes in the dermis open", "%", _times(shown["track_open_share"], 100), 0),
            Reading("Redness, 0 none to 1 most", "", shown["redness"]),
            Reading("Wound signal, 0 none to 1 most", "", shown["signal"]),
            Reading("Blood flow, times before", "", shown["flow_ratio"]),
            Reading("Collagen, times before", "", shown["collagen_ratio"]),
            Reading("Minoxidil in the skin", "µg/cm²", shown["skin_ug_cm2"], 1),
            Reading("Minoxidil in the follicles", "µg/cm²", shown["follicle_ug_cm2"], 1),
            Reading("Minoxidil in the blood", "ng/mL", shown["plasma_ng_ml"], 2),
            Reading("A resting follicle sets off, times before", "", shown["exit_factor"]),
            Reading("Hairs on their way up, a cm²", "", weekly["early_anagen_per_cm2"], 1),
            Reading("Visible hairs, a cm²", "", weekly[words.TOTAL], 0),
        ),
        stills_s=(*stills, last),
        sessions_s=seen.sessions_s,
        legend=_legend(dot_skin, dot_follicle, fibre),
        foot=f"Medians of {seen.draws} draws, with the range of nine in ten beside them; model "
        f"anagen {seen.model_version}, seed {seen.seed}. Drawn to scale: layers, depth, width and "
        "distance of the channels, depth of bulge and bulb, reach of the signal. Schematic: where "
        "dots and fibres lie, the shape of follicles and vessel, the pace of the needle.",
        alt="A cross-section of the scalp, four millimetres wide, with a growing and a resting "
        "hair. The numbers beside it say what it shows.",
    )


def drawn(part: Part, value: float, *, live: bool = False) -> str:
    """A part at one value; ``live`` leaves the marks for the script."""
    marks = f' data-track="{part.track}" data-as="{part.how}"' if live else ""
    fixed = f" {part.attributes}" if part.attributes else ""
    inside = "".join(part.pieces)
    match part.how:
        case "scale":
            at = f' data-x="{part.x:g}"' if live else ""
            moved = f'transform="translate({part.x:g} 0) scale({max(value, 0):.3f} 1)"'
            return f"<g{marks}{at}{fixed} {moved}>{inside}</g>"
        case "opacity":
            if value < 0.005 and not live:
                return ""
            return f'<g{marks}{fixed} opacity="{value:.3f}">{inside}</g>'
        case "width":
            return f'<g{marks}{fixed} stroke-width="{value:.2f}">{inside}</g>'
        case "shown":
            number = round(value)
            if live:
                inside = "".join(
                    piece.replace("/>", ' visibility="hidden"/>') if i >= number else piece
                    for i, piece in enumerate(part.pieces)
                )
            else:
                inside = "".join(part.pieces[:number])
            return f"<g{marks}{fixed}>{inside}</g>"


def said_time(second: float) -> str:
    """A time since the first session in words: ``3 days``."""
    steps = ((60, 1, "second"), (3600, 60, "minute"), (86_400, 3600, "hour"))
    steps += ((14 * 86_400, 86_400, "day"), (float("inf"), 604_800, "week"))
    _, size, name = next(step for step in steps if second < step[0])
    number = round(second / size)
    return f"{number} {name}{'' if number == 1 else 's'}"


def _weekly(seen: "CloseUp", forecast: "AnyForecast") -> dict[str, dict[str, list[float]]]:
    """What the forecast tells by the week, at the times of the frames."""
    weeks = np.array(seen.seconds) / 604_800
    return {
        name: {
            q: np.interp(weeks, forecast.weeks, values).tolist()
            for q, values in forecast.band(name).items()
        }
        for name in ("early_anagen_per_cm2", words.TOTAL)
    }


def _times(band: Mapping[str, Sequence[float]], factor: float) -> dict[str, list[float]]:
    return {name: [factor * value for value in values] for name, values in band.items()}


def _per_dot(values: Sequence[float]) -> float:
    """A round amount so that no more than `MOST_DOTS` dots are needed."""
    return _round_up(max(values) / MOST_DOTS) if max(values) > 0 else 1.0


def _per_fibre(ratios: Sequence[float]) -> float:
    """A round share of collagen for one fibre more."""
    return max(1 / FIBRES, _round_up((max(ratios) - 1) / MOST_FIBRES))


def _round_up(value: float) -> float:
    if value <= 0:
        return 1 / FIBRES
    magnitude = 10.0 ** np.floor(log10(value))
    return float(next(each * magnitude for each in (1, 2, 2.5, 5, 10) if each * magnitude >= value))


def _short(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


def _svg(key: str, title: str, described: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-size="12.5"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(described)}</desc>{body}</svg>'
    )


def _layers(moved: str) -> str:
    return f'<use href="#skin-behind"/>{moved}<use href="#skin-before"/>'


def _gradients() -> str:
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


def _behind(lengths: Mapping[str, float]) -> str:
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


def _before(lengths: Mapping[str, float]) -> str:
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


def _parts(lengths: Mapping[str, float], needled: bool) -> tuple[Part, ...]:
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
    dots = f'fill="{INK["anagen"]}" stroke="{INK["card"]}" stroke-width="0.8"'
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


def _channels(lengths: Mapping[str, float]) -> list[Part]:
    """Each channel in two: the mouth through horn and epidermis, and the hole in the dermis."""
    half, depth = lengths["mouth_radius_um"] * UM, lengths["depth_mm"] * SCALE
    top = min(lengths["epidermis_um"] * UM, depth)
    waist = half * (1 - top / depth) if depth else 0.0
    look = f'fill="{INK["paper"]}" stroke="{INK["needle"]}" stroke-width="1.2"'
    mouth = (
        f'<path d="M{-half:.2f} {SURFACE - 2:g}L{-waist:.2f} {SURFACE + top:.1f}'
        f'H{waist:.2f}L{half:.2f} {SURFACE - 2:g}"/>'
    )
    hole = (
        f'<path d="M{-waist:.2f} {SURFACE + top:.1f}L0 {SURFACE + depth:.1f}'
        f'L{waist:.2f} {SURFACE + top:.1f}"/>'
    )
    return [
        Part(track, "scale", (piece,), x=round(x, 1), attributes=look)
        for x in _places(lengths)
        for track, piece in (("hole", hole), ("mouth", mouth))
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
    return tuple(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3.4"/>' for x, y in at)


def _follicle_dots() -> tuple[str, ...]:
    lie = np.random.default_rng(8)
    sides = lie.choice([-7.0, 7.0], MOST_DOTS)
    hairs = lie.choice([LEFT_X, RIGHT_X], MOST_DOTS)
    down = SURFACE + 4 + lie.uniform(0, 0.7 * SCALE, MOST_DOTS)
    return tuple(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3.4"/>'
        for x, y in zip(hairs + sides, down, strict=True)
    )


def _legend(dot_skin: float, dot_follicle: float, fibre: float) -> tuple[tuple[str, str], ...]:
    def mark(inside: str) -> str:
        return f'<svg viewBox="0 0 24 16" width="24" height="16" aria-hidden="true">{inside}</svg>'

    dot = f'<circle cx="12" cy="8" r="3.4" fill="{INK["anagen"]}"/>'
    return (
        (
            mark(f'<path d="M4 2L12 15L20 2" fill="{INK["paper"]}" stroke="{INK["needle"]}"/>'),
            "channel: its mouth closes in hours, its hole in the dermis in days",
        ),
        (
            mark(dot),
            f"minoxidil: a dot in the skin is {words.number(dot_skin)} µg/cm², one at a hair "
            f"{words.number(dot_follicle)} µg/cm²",
        ),
        (
            mark(f'<rect width="24" height="16" fill="{INK["anagen"]}" fill-opacity="0.4"/>'),
            "glow: the wound signal, down to where it falls away; at the bulge: how much faster a "
            "resting follicle sets off",
        ),
        (
            mark(
                f'<path d="M1 9q5 -6 11 0t11 0" fill="none" stroke="{INK["telogen"]}" '
                'stroke-width="2.8"/>'
            ),
            f"collagen: one dark fibre for each {words.number(100 * fibre)} % more",
        ),
        (
            mark(f'<path d="M0 8h24" stroke="{INK["blood"]}" stroke-width="5"/>'),
            "vessel: wider with more flow; a red skin is redness",
        ),
    )
