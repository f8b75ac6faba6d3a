"""The numbers of the model, each with value, unit, spread, source and grade.

A record is one table ``[mechanism.name]`` of ``parameters.toml``. `Parameter.at` turns uniform
numbers into values of its distribution, `draws` makes reproducible, stratified draws of all.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isfinite, log, sqrt
from types import MappingProxyType
from typing import Any, get_args

import numpy as np

from anagen.evidence.grades import Grade
from anagen.evidence.sources import BadRecord, read_records, sources

# What each distribution needs to be told.
SHAPES: dict[str, tuple[str, ...]] = {
    "fixed": ("value",),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "gsd"),
    "beta": ("mean", "sd"),
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "bernoulli": ("probability",),
}
SPREADS = ("none", "people", "ignorance")


@dataclass(frozen=True)
class Parameter:
    """One number of the model and where it comes from.

    ``spread`` says what the distribution stands for: differences between ``people``, or our
    ``ignorance`` of one true value; ``none`` for a fixed number.
    """

    key: str
    label: str
    unit: str
    distribution: str
    shape: Mapping[str, float]
    spread: str
    grade: Grade
    sources: tuple[str, ...]
    note: str

    @property
    def centre(self) -> float:
        """The median (the mean of a bernoulli, the middle of a uniform)."""
        return (
            float(self.at(np.array([0.5]))[0])
            if self.distribution != "bernoulli"
            else (self.shape["probability"])
        )

    def at(self, uniform: np.ndarray) -> np.ndarray:
        """The distribution's quantiles at ``uniform`` in (0, 1), same shape."""
        from scipy.special import betaincinv, ndtri  # kept away from what only reads records

        shape = self.shape
        match self.distribution:
            case "fixed":
                return np.full_like(uniform, shape["value"])
            case "normal":
                return shape["mean"] + shape["sd"] * ndtri(uniform)
            case "lognormal":
                return shape["median"] * np.exp(log(shape["gsd"]) * ndtri(uniform))
            case "beta":
                mean, sd = shape["mean"], shape["sd"]
                size = mean * (1 - mean) / sd**2 - 1
                return betaincinv(mean * size, (1 - mean) * size, uniform)
            case "uniform":
                return shape["low"] + (shape["high"] - shape["low"]) * uniform
            case "loguniform":
                return shape["low"] * np.exp(log(shape["high"] / shape["low"]) * uniform)
            case "bernoulli":
                return (uniform < shape["probability"]).astype(float)
            case other:
                raise BadRecord(f"parameter {self.key} has no distribution {other!r}.")

    def describe(self) -> str:
        """Value and spread in words, e.g. ``1.0 h (lognormal, spread factor 2.5)``."""
        said = {
            "fixed": "fixed",
            "normal": f"normal, SD {self.shape.get('sd', 0):g}",
            "lognormal": f"lognormal, spread factor {self.shape.get('gsd', 0):g}",
            "beta": f"beta, SD {self.shape.get('sd', 0):g}",
            "uniform": f"anywhere from {self.shape.get('low', 0):g} to "
            f"{self.shape.get('high', 0):g}",
            "loguniform": f"anywhere from {self.shape.get('low', 0):g} to "
            f"{self.shape.get('high', 0):g}, on a log scale",
            "bernoulli": "yes or no, with this probability",
        }[self.distribution]
        return f"{self.centre:.4g} {self.unit} ({said})".replace(" 1 (", " (")


def check_parameters(
    tables: Mapping[str, Any], known_sources: Mapping[str, Any]
) -> dict[str, Parameter]:
    """Typed parameters from raw tables. Raises `BadRecord`, naming the record and its fault."""
    found: dict[str, Parameter] = {}
    for mechanism, records in tables.items():
        for name, table in records.items():
            key = f"{mechanism}.{name}"
            found[key] = _check(key, dict(table), known_sources)
    return found


def _check(key: str, table: dict[str, Any], known_sources: Mapping[str, Any]) -> Parameter:
    distribution = table.pop("distribution", "fixed")
    if distribution not in SHAPES:
        raise BadRecord(f"parameter {key} has the unknown distribution {distribution!r}.")
    shape = {word: table.pop(word, None) for word in SHAPES[distribution]}
    for word, value in shape.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise BadRecord(f"parameter {key} ({distribution}) needs the number {word}.")
    said = {word: table.pop(word, "") for word in ("label", "unit", "grade", "note")}
    for word in ("label", "unit", "grade"):
        if not said[word]:
            raise BadRecord(f"parameter {key} has no {word}.")
    if said["grade"] not in get_args(Grade):
        raise BadRecord(f"parameter {key} has the unknown grade {said['grade']!r}.")
    named = tuple(table.pop("sources", ()))
    if not named:
        raise BadRecord(f"parameter {key} has no source.")
    missing = [source for source in named if source not in known_sources]
    if missing:
        raise BadRecord(f"parameter {key} names the unknown source {missing[0]}.")
    spread = table.pop("spread", "none")
    if spread not in SPREADS or (spread == "none") != (distribution == "fixed"):
        raise BadRecord(f"parameter {key} must say whether its spread is people or ignorance.")
    if table:
        raise BadRecord(f"parameter {key} has unknown keys: {', '.join(sorted(table))}.")
    _check_shape(key, distribution, shape)
    return Parameter(
        key=key, distribution=distribution, shape=shape, spread=spread, sources=named, **said
    )


def _check_shape(key: str, distribution: str, shape: Mapping[str, float]) -> None:
    right = {
        "fixed": lambda: True,
        "normal": lambda: shape["sd"] > 0,
        "lognormal": lambda: shape["median"] > 0 and shape["gsd"] > 1,
        "beta": lambda: (
            0 < shape["mean"] < 1 and 0 < shape["sd"] < sqrt(shape["mean"] * (1 - shape["mean"]))
        ),
        "uniform": lambda: shape["low"] < shape["high"],
        "loguniform": lambda: 0 < shape["low"] < shape["high"],
        "bernoulli": lambda: 0 < shape["probability"] < 1,
    }
    if not right[distribution]():
        raise BadRecord(f"parameter {key} has no {distribution} of this shape: {dict(shape)}.")


@cache
def parameters() -> Mapping[str, Parameter]:
    """All parameters of the model, by key."""
    return MappingProxyType(check_parameters(read_records("parameters.toml"), sources()))


def uniforms(number: int, seed: int) -> dict[str, np.ndarray]:
    """``number`` stratified uniform numbers in (0, 1) for every parameter: key -> (number,).

    Each key has its own stream, so that a new parameter leaves the draws of the others as they
    were, and has one number in each of ``number`` equal slices.
    """
    drawn: dict[str, np.ndarray] = {}
    for key in parameters():
        stream = np.random.default_rng([seed, zlib.crc32(key.encode())])
        slices = stream.permutation(number) + stream.random(number)
        drawn[key] = np.clip(slices / number, 1e-12, 1 - 1e-12)
    return drawn


def values_at(uniform: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """The values of all parameters at uniform numbers, by key; read-only."""
    drawn = {key: parameters()[key].at(numbers) for key, numbers in uniform.items()}
    for values in drawn.values():
        values.setflags(write=False)
    return MappingProxyType(drawn)


@lru_cache(maxsize=2)
def draws(number: int, seed: int) -> Mapping[str, np.ndarray]:
    """``number`` draws of every parameter from its record, before any trial: key -> (number,)."""
    return values_at(uniforms(number, seed))
