"""The close-up of one person's course: keyframes from the first second to the last week, as bands.

Numbers are drawn as a forecast of the same seed draws them, so that a keyframe is the forecast's
own number at that time. Frames stand close where things are fast, after each session, once a week
until the last has settled, and every fourth week from then on; the moving picture runs between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from anagen.evidence.posterior import posterior_draws
from anagen.forecast import check_size, model_version
from anagen.patient import Patient
from anagen.protocol import Protocol, nothing
from anagen.reading import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from anagen.scalp.close_up import CloseUp as Outcome

DRAWS = 200
EARLY_HOURS = tuple(np.geomspace(1 / 3600, 6.0, 27).tolist())  # after the first session
HALF_DAY_S, DAY_S, WEEK_S = 43_200.0, 86_400.0, 604_800.0
AFTER_SESSION = (0, 1, 2, 5)  # half-days after a later session that are told
SETTLED_WEEKS = 4  # after the last session every fourth week will do
WHOLE_WEEKS = 26  # as courses are computed
BAND = {"p05": 0.05, "median": 0.5, "p95": 0.95}
# Means over a half-day, and what stands at its end.
MEANS = ("open_share", "redness", "flow_ratio", "signal", "exit_factor", "plasma_ng_ml")
AT_END = ("collagen_ratio", "follicle_ug_cm2", "skin_ug_cm2")


@dataclass(frozen=True)
class CloseUp:
    """Frames of a course; ``shown`` maps each quantity to its band, each as long as ``seconds``."""

    protocol: Protocol
    seconds: tuple[float, ...]  # since the first session; the first frame is 0
    shown: dict[str, dict[str, list[float]]]
    lengths: dict[str, float]  # what is drawn to scale, medians
    sessions_s: tuple[float, ...]  # when each session is
    weeks: int
    draws: int
    model_version: str
    seed: int

    def at(self, name: str, second: float, quantile: str = "median") -> float:
        """A quantity between its frames, as the moving picture shows it."""
        return float(np.interp(second, self.seconds, self.shown[name][quantile]))


def close_up(
    patient: Patient, protocol: Protocol, weeks: int = 52, draws: int = DRAWS, seed: int = 0
) -> CloseUp:
    """Keyframes of one course.

    Raises `BadInput` for weeks, draws or a seed out of range, and for an undiagnosed person.
    """
    check_size(weeks, draws, seed)
    if patient.condition == "undiagnosed":
        raise BadInput(
            "condition is 'undiagnosed'; the microscope shows a diagnosed course, allowed is any "
            "other condition."
        )
    seen = _computed(patient, protocol, weeks, draws, seed)
    sessions = sessions_s(protocol, weeks)
    half_days = frames(protocol, weeks)
    early_s = np.array(EARLY_HOURS) * 3600
    middles = (np.array(half_days) + 0.5) * HALF_DAY_S
    shown = {}
    for name in (*MEANS, *AT_END):
        values = np.asarray(getattr(seen.half_days, name), dtype=float)
        start = _before(name, values, bool(sessions))
        late = values[half_days]
        moments = getattr(seen.moments, name, None)
        if moments is None:
            # Even on its way: known before, and at the middle or the end of the first half-day.
            known = HALF_DAY_S / (2 if name in MEANS else 1)
            early = start + (values[0] - start) * (early_s / known)[:, None]
        else:
            early = np.asarray(moments)
        shown[name] = _band(np.concatenate([start[None], early, late]))
    seconds = np.array([0.0, *early_s.tolist(), *middles.tolist()])
    shown["track_open_share"] = _band(_tracks(seconds, sessions, draws, seed))
    return CloseUp(
        protocol=protocol,
        seconds=tuple(seconds.tolist()),
        shown=shown,
        lengths={name: float(np.median(of)) for name, of in seen.lengths._asdict().items()},
        sessions_s=sessions,
        weeks=weeks,
        draws=draws,
        model_version=model_version(),
        seed=seed,
    )


def sessions_s(protocol: Protocol, weeks: int) -> tuple[float, ...]:
    """When the sessions are that fall within ``weeks``, seconds after the first."""
    every_s = (protocol.course.interval_days or 0.0) * DAY_S
    starts = (number * every_s for number in range(protocol.course.sessions))
    return tuple(start for start in starts if start < weeks * WEEK_S)


def frames(protocol: Protocol, weeks: int) -> list[int]:
    """The half-days that get a frame; the first is told by moments instead."""
    sessions = sessions_s(protocol, weeks)
    settled = int(sessions[-1] // WEEK_S) + SETTLED_WEEKS if sessions else 0
    told = {*range(1, settled + 1), *range(settled, weeks, SETTLED_WEEKS), weeks}
    found = set(range(1, 14)) | {14 * week - 1 for week in told if week}
    for start in sessions[1:]:
        found |= {int(start // HALF_DAY_S) + lag for lag in AFTER_SESSION}
    return sorted(index for index in found if index < 14 * weeks)


def _before(name: str, values: "NDArray[np.float64]", needled: bool) -> "NDArray[np.float64]":
    """What untouched skin shows, (draws,); a channel opens in no time."""
    ratio = name in ("flow_ratio", "exit_factor", "collagen_ratio")
    opened = needled and name in ("open_share", "redness")
    return np.full(values.shape[1], 1.0 if ratio or opened else 0.0)


def _tracks(
    seconds: "NDArray[np.float64]", sessions: tuple[float, ...], draws: int, seed: int
) -> "NDArray[np.float64]":
    """How far the hole in the dermis is still open, (frames, draws)."""
    if not sessions:
        return np.zeros((len(seconds), draws))
    from anagen.scalp.closure import track_open_share

    peak_days: Any = posterior_draws(draws, seed)["healing.peak_days"]
    latest = np.array(sessions)[np.searchsorted(sessions, seconds, side="right") - 1]
    since_days: Any = ((seconds - latest) / DAY_S)[:, None]
    return np.asarray(track_open_share(since_days, peak_days))


def _band(values: "NDArray[np.float64]") -> dict[str, list[float]]:
    drawn = np.quantile(values, list(BAND.values()), axis=1)
    return {name: of.tolist() for name, of in zip(BAND, drawn, strict=True)}


def _computed(patient: Patient, protocol: Protocol, weeks: int, draws: int, seed: int) -> "Outcome":
    import jax  # only who computes imports it

    from anagen.model_inputs import person_of, scalp_numbers, treatment_of

    drawn = posterior_draws(draws, seed)
    told = (
        person_of(patient, drawn, protocol),
        treatment_of(protocol, draws),
        scalp_numbers(drawn),
    )
    return _program(-(-weeks // WHOLE_WEEKS) * WHOLE_WEEKS, draws)(jax.tree.leaves(told))


@lru_cache(maxsize=1)
def _program(weeks: int, draws: int) -> "Callable[[list[Any]], Outcome]":
    """The compiled close-up of so many weeks and draws."""
    import jax

    from anagen.compiled import keep_compiled_programs, program
    from anagen.evidence.parameters import parameters
    from anagen.model_inputs import person_of, scalp_numbers, treatment_of
    from anagen.scalp import close_up as scalp

    keep_compiled_programs()
    anybody = Patient.model_validate(
        {"age": 40, "sex": "female", "condition": "senescent_alopecia"}
    )
    drawn = dict.fromkeys(parameters(), np.ones(draws))  # only the shapes matter
    told = person_of(anybody, drawn), treatment_of(nothing(), draws), scalp_numbers(drawn)
    arrays, layout = jax.tree.flatten(told)
    hours = jax.numpy.array(EARLY_HOURS)

    def seen(arrays: list[Any]) -> tuple[Any, ...]:
        person, treatment, numbers = jax.tree.unflatten(layout, arrays)
        found = scalp.close_up(person, treatment, numbers, weeks, hours)
        return tuple(tuple(part) for part in found)

    made = program(seen, f"close-up {weeks} {EARLY_HOURS}", arrays)

    def named(inputs: list[Any]) -> "Outcome":
        half_days, moments, lengths = made(inputs)
        return scalp.CloseUp(
            scalp.skin.HalfDay(*half_days), scalp.Moments(*moments), scalp.Lengths(*lengths)
        )

    return named
