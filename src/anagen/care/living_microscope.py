"""The living microscope: a cross-section of skin (`skin_section`) driven by one course's close-up.

A still is the drawing at one time; the moving picture carries its tracks with it, and
``microscope.js`` runs through them. Everything that moves is a reading that stands beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import inf, log10
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import skin_section, words
from anagen.care.skin_section import (
    FIBRES,
    HEIGHT,
    MOST_DOTS,
    MOST_FIBRES,
    VESSEL_PX,
    WIDTH,
    Part,
    drawn,
)
from anagen.care.tokens import ON_PAGE as INK
from anagen.care.words import THIN
from anagen.evidence.parameters import parameters

if TYPE_CHECKING:
    from anagen.close_up import CloseUp
    from anagen.kept_forecast import AnyForecast

# What the microscope reads of a forecast.
ENDPOINTS = ("early_anagen_per_cm2", words.TOTAL)
STILLS_S = (60.0, 21_600.0, 259_200.0)  # and the last week but half the course


@dataclass(frozen=True)
class Track:
    """What drives a part: a reading's median less ``minus``, times ``times``, within bounds."""

    of: str  # the key of a reading; empty for the needle, which is there at the first frame alone
    times: float = 1.0
    minus: float = 0.0
    most: float = inf

    def at(self, value: float) -> float:
        """What the part shows where the reading's median is ``value``."""
        return min(max((value - self.minus) * self.times, 0.0), self.most)


@dataclass(frozen=True)
class Reading:
    """One line beside the drawing: a band over the frames, in words at any of them."""

    key: str
    name: str
    unit: str
    band: Mapping[str, Sequence[float]]
    digits: int = 2

    def said(self, frame: int) -> str:
        """Median and range of nine in ten at a frame; the range where there is one."""
        low, middle, high = (
            words.number(round(float(self.band[q][frame]), self.digits))
            for q in ("p05", "median", "p95")
        )
        unit = f"{THIN}{self.unit}" if self.unit else ""
        return f"{middle}{unit}" + (f" ({low} to {high})" if low != high else "")


@dataclass(frozen=True)
class LivingMicroscope:
    """A course as a drawing that can be shown at any time."""

    seconds: tuple[float, ...]
    tracks: Mapping[str, Track]
    parts: tuple[Part, ...]
    behind: str  # what does not move, as SVG
    before: str  # what does not move and lies on top
    channel: str  # its two pieces, which many channels share
    readings: tuple[Reading, ...]
    stills_s: tuple[float, ...]
    sessions_s: tuple[float, ...]
    legend: tuple[tuple[str, str], ...]  # a mark's SVG, and what it is
    foot: str
    alt: str

    def still(self, second: float, key: str) -> str:
        """The drawing at the frame nearest to a time, to be used with `stored`."""
        frame = self.frame(second)
        moved = "".join(drawn(part, self.value(part.track, frame)) for part in self.parts)
        return _svg(key, said_time(second), self.described(frame), _layers(moved))

    def player(self, key: str) -> str:
        """The drawing at its first frame, with the marks by which a script moves it."""
        moved = "".join(drawn(part, self.value(part.track, 0), live=True) for part in self.parts)
        return _svg(key, "The skin around a needle's channels", self.alt, _layers(moved))

    def stored(self) -> str:
        """What does not move, once for all drawings of a page."""
        return (
            '<svg class="stored" width="0" height="0" aria-hidden="true" focusable="false">'
            f'<defs>{skin_section.gradients()}{self.channel}<g id="skin-behind">{self.behind}</g>'
            f'<g id="skin-before">{self.before}</g></defs></svg>'
        )

    def value(self, track: str, frame: int) -> float:
        """What a track shows at a frame."""
        driven = self.tracks[track]
        if not driven.of:
            return float(frame == 0)
        (reading,) = (each for each in self.readings if each.key == driven.of)
        return driven.at(float(reading.band["median"][frame]))

    def frame(self, second: float) -> int:
        """The frame nearest to a time."""
        return int(np.abs(np.array(self.seconds) - second).argmin())

    def described(self, frame: int) -> str:
        """A frame in words, for those who do not see it."""
        return "; ".join(f"{each.name}: {each.said(frame)}" for each in self.readings) + "."

    def data(self) -> dict[str, object]:
        """What the script needs, as plain data."""
        keys = [each.key for each in self.readings]
        return {
            "seconds": [_short(second, 6) for second in self.seconds],
            "tracks": {
                name: {"of": keys.index(track.of), "times": track.times, "minus": track.minus}
                | ({"most": track.most} if track.most < inf else {})
                for name, track in self.tracks.items()
                if track.of
            },
            "readings": [
                {
                    "digits": each.digits,
                    "unit": each.unit,
                    "median": [_short(value) for value in each.band["median"]],
                    **{
                        q: [_short(value, 2 if each.digits else 3) for value in each.band[q]]
                        for q in ("p05", "p95")
                    },
                }
                for each in self.readings
            ],
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
        "needle": Track(""),
        "mouth": Track("open", 0.01),
        "hole": Track("track", 0.01),
        "redness": Track("redness", most=1.0),
        "signal": Track("signal", most=1.0),
        "vessel": Track("flow", VESSEL_PX),
        "skin": Track("skin", 1 / dot_skin),
        "follicle": Track("follicle", 1 / dot_follicle),
        "fibres": Track("collagen", 1 / fibre, 1.0),
        "waking": Track("exit", 1 / (most_exit - 1), 1.0, 1.0),
    }
    stills = tuple(second for second in STILLS_S if second < seen.seconds[-1])
    last = min(24 * 604_800.0, seen.seconds[-1])
    weekly = _weekly(seen, forecast)
    return LivingMicroscope(
        seconds=seen.seconds,
        tracks=tracks,
        parts=skin_section.parts(lengths, needled),
        behind=skin_section.behind(lengths),
        before=skin_section.before(lengths),
        channel=skin_section.channel(lengths),
        readings=(
            Reading("open", "Channels open for a drug", "%", _times(shown["open_share"], 100), 0),
            Reading(
                "track", "Holes in the dermis open", "%", _times(shown["track_open_share"], 100), 0
            ),
            Reading("redness", "Redness, 0 none to 1 most", "", shown["redness"]),
            Reading("signal", "Wound signal, 0 none to 1 most", "", shown["signal"]),
            Reading("flow", "Blood flow, times before", "", shown["flow_ratio"]),
            Reading("collagen", "Collagen, times before", "", shown["collagen_ratio"]),
            Reading("skin", "Minoxidil in the skin", "µg/cm²", shown["skin_ug_cm2"], 1),
            Reading(
                "follicle", "Minoxidil in the follicles", "µg/cm²", shown["follicle_ug_cm2"], 1
            ),
            Reading("plasma", "Minoxidil in the blood", "ng/mL", shown["plasma_ng_ml"], 2),
            Reading("exit", "A resting follicle sets off, times before", "", shown["exit_factor"]),
            Reading("early", "Hairs on their way up, a cm²", "", weekly["early_anagen_per_cm2"], 1),
            Reading("total", "Visible hairs, a cm²", "", weekly[words.TOTAL], 0),
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
        for name in ENDPOINTS
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


def _short(value: float, digits: int = 3) -> float:
    return float(f"{value:.{digits}g}")


def _svg(key: str, title: str, described: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-size="12.5"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(described)}</desc>{body}</svg>'
    )


def _layers(moved: str) -> str:
    return f'<use href="#skin-behind"/>{moved}<use href="#skin-before"/>'


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
