"""The observation model: how a trial's published numbers come about, given the mean of its people.

    change of an arm   y = s·m(z) + d + e,   e ~ Normal(0, σ²/n + τ² + what the arm leaves open)
    s = exp(scale of the study),  d = drift of the study (heavy-tailed),  z = scores of the numbers
    contrast of arms   y₁ − y₂ = s·(m₁ − m₂) + e₁ − e₂      (the drift falls out)
    responders         n·Binomial with chance Φ((s·m + d − threshold of the study)/σ)
A result whose unit is in doubt is a mixture of its readings, one for the whole study. A percentage
of the baseline is turned into hairs/cm² by the baseline that the model has for such people. Of a
test, its statistic is known, or only whether it passed 1.96 standard errors.
Diameters have drift, spread and σ of their own. The records are ``observation.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from jax import Array
from jax.scipy.special import log_ndtr, logsumexp

from anagen.calibration.arm_means import ArmMeans, mean_changes
from anagen.evidence.parameters import Parameter, parameters

SIGNIFICANT = 1.96


class Counts(NamedTuple):
    """Published changes of arms; (results,) unless said otherwise."""

    means: ArmMeans
    study: Array  # index of its scale
    drift: Array  # index of its drift
    change: Array  # hairs/cm², or µm
    variance_of_mean: Array  # of the people counted, where their spread is stated; else NaN
    people: Array
    suspect: Array  # 1 or 0
    reading: Array  # the other factor that the change may have; 1 where there is none
    weight: Array  # 1, or 0 for a result that is left out


class Contrasts(NamedTuple):
    """Differences and tests of one arm against another, or against its baseline."""

    means: ArmMeans
    against: ArmMeans  # nought for a baseline
    to_baseline: Array  # 1 or 0
    study: Array
    drift: Array  # index among the drifts of its kind
    diameter: Array  # 1 or 0
    value: Array  # of a difference or a statistic
    se: Array  # of a difference where stated, else NaN
    per_person: Array  # 1/n of the one and the other arm, summed
    kind: Array  # DIFFERENCE, STATISTIC, INCREASE or NOT_SIGNIFICANT
    weight: Array


DIFFERENCE, STATISTIC, INCREASE, NOT_SIGNIFICANT = range(4)


class Responders(NamedTuple):
    """People who are said to have responded."""

    means: ArmMeans
    study: Array
    threshold: Array  # index of the study's threshold
    responded: Array
    people: Array
    weight: Array


class Published(NamedTuple):
    """All that the trials published, as arrays."""

    density: Counts
    diameter: Counts
    contrasts: Contrasts
    responders: Responders
    people_sd: Array  # stated spreads of a change between people, hairs/cm²
    people_sd_people: Array  # of so many people
    people_sd_study: Array  # index
    people_sd_weight: Array


def record(name: str) -> Parameter:
    """A record of the observation model."""
    return parameters()[f"observation.{name}"]


def _normal(name: str) -> dist.Distribution:
    shape = record(name).shape
    return dist.Normal(shape["mean"], shape["sd"])


def _lognormal(name: str) -> dist.Distribution:
    shape = record(name).shape
    return dist.LogNormal(jnp.log(shape["median"]), jnp.log(shape["gsd"]))


def _half_normal(name: str) -> dist.Distribution:
    return dist.HalfNormal(record(name).centre)


class Size(NamedTuple):
    """How many of each there are."""

    numbers: int  # calibrated
    studies: int
    um_studies: int  # with a diameter
    thresholds: int


def trials_as_published(told: Published, size: Size) -> None:
    """The NumPyro model of all results."""
    studies = size.studies
    z = numpyro.sample("scores", dist.Normal(0, 1).expand([size.numbers]).to_event(1))
    tail = dist.StudentT(record("drift_tail").centre, 0, 1)
    scale_spread = numpyro.sample("scale_spread", _half_normal("scale_spread"))
    # Logistic: tails heavier than a normal's, and a scale whose mean is finite.
    raw_scale = numpyro.sample("raw_scale", dist.Logistic(0, 1).expand([studies]).to_event(1))
    scale = numpyro.deterministic("scale", jnp.exp(scale_spread * raw_scale / LOGISTIC_SD))

    drift_mean = numpyro.sample("drift_mean", _normal("drift_mean_per_cm2"))
    drift_spread = numpyro.sample("drift_spread", _half_normal("drift_spread_per_cm2"))
    drift = numpyro.deterministic(
        "drift",
        drift_mean
        + drift_spread * numpyro.sample("raw_drift", tail.expand([studies]).to_event(1)),
    )
    arm_spread = numpyro.sample("arm_spread", _half_normal("arm_spread_per_cm2"))
    people_sd = numpyro.sample("people_sd", _lognormal("people_sd_per_cm2"))

    um_drift_mean = numpyro.sample("um_drift_mean", _normal("diameter_drift_mean_um"))
    um_drift_spread = numpyro.sample("um_drift_spread", _half_normal("diameter_drift_spread_um"))
    um_drift = um_drift_mean + um_drift_spread * numpyro.sample(
        "raw_um_drift", tail.expand([size.um_studies]).to_event(1)
    )
    um_arm_spread = numpyro.sample("um_arm_spread", _half_normal("diameter_arm_spread_um"))
    um_people_sd = numpyro.sample("um_people_sd", _lognormal("diameter_people_sd_um"))

    _counts("density", told.density, z, scale, drift, arm_spread, people_sd)
    _counts("diameter", told.diameter, z, scale, um_drift, um_arm_spread, um_people_sd)
    _contrasts(
        told.contrasts, z, scale, (drift, um_drift), (arm_spread, um_arm_spread),
        (people_sd, um_people_sd),
    )  # fmt: skip

    threshold = numpyro.sample(
        "threshold", _normal("response_threshold_per_cm2").expand([size.thresholds]).to_event(1)
    )
    _responders(told.responders, z, scale, drift, threshold, people_sd)

    # A stated spread is one trial's own, known as well as its people are many.
    own = record("people_sd_spread").centre
    known = jnp.sqrt(own**2 + 1 / (2 * (told.people_sd_people - 1)))
    likely = dist.Normal(jnp.log(people_sd), known).log_prob(jnp.log(told.people_sd))
    numpyro.factor("people_sd_stated", (told.people_sd_weight * likely).sum())


LOGISTIC_SD = float(jnp.pi / jnp.sqrt(3.0))


def _counts(
    name: str, told: Counts, z: Array, scale: Array, drift: Array, spread: Array, people_sd: Array
) -> None:
    expected = scale[told.study] * mean_changes(told.means, z) + drift[told.drift]
    chance = jnp.where(
        jnp.isnan(told.variance_of_mean), people_sd**2 / told.people, told.variance_of_mean
    )
    suspect = told.suspect * (record("suspect_sd_per_cm2").centre if name == "density" else 0.0)
    sd = jnp.sqrt(chance + spread**2 + told.means.unstated_variance + suspect**2)
    normal = dist.Normal(expected, sd)
    as_printed = told.weight * normal.log_prob(told.change)
    otherwise = told.weight * normal.log_prob(told.change * told.reading)
    in_doubt = told.reading != 1.0
    numpyro.factor(name, jnp.where(in_doubt, 0.0, as_printed).sum())
    # One reading holds for all results of the study in doubt; either is as likely beforehand.
    both = [jnp.where(in_doubt, likely, 0.0).sum() for likely in (as_printed, otherwise)]
    numpyro.factor(f"{name}_in_doubt", logsumexp(jnp.stack(both)) - jnp.log(2.0))


def _contrasts(
    told: Contrasts,
    z: Array,
    scale: Array,
    drifts: tuple[Array, Array],
    spreads: tuple[Array, Array],
    people_sds: tuple[Array, Array],
) -> None:
    def of_kind(pair: tuple[Array, Array]) -> Array:
        return jnp.where(told.diameter == 1, pair[1], pair[0])

    apart = mean_changes(told.means, z) - mean_changes(told.against, z)
    drift = jnp.where(told.diameter == 1, drifts[1][told.drift], drifts[0][told.drift])
    expected = scale[told.study] * apart + told.to_baseline * drift
    arms = 2.0 - told.to_baseline
    beside = arms * of_kind(spreads) ** 2 + told.means.unstated_variance * told.to_baseline
    # The test's own standard error, as its authors knew it.
    own = jnp.where(
        jnp.isnan(told.se), jnp.sqrt(of_kind(people_sds) ** 2 * told.per_person), told.se
    )
    sd = jnp.sqrt(own**2 + beside)
    likely = jnp.stack(
        [
            dist.Normal(expected, sd).log_prob(told.value),
            dist.Normal(expected, sd).log_prob(told.value * own) + jnp.log(own),
            log_ndtr((expected - SIGNIFICANT * own) / sd),
            _log_between(expected, SIGNIFICANT * own, sd),
        ]
    )
    chosen = jnp.take_along_axis(likely, told.kind[None], axis=0)[0]
    numpyro.factor("contrasts", (told.weight * chosen).sum())


def _log_between(expected: Array, limit: Array, sd: Array) -> Array:
    """Log chance that a normal lies between −limit and limit."""
    upper = log_ndtr((limit - jnp.abs(expected)) / sd)
    lower = log_ndtr((-limit - jnp.abs(expected)) / sd)
    return upper + jnp.log1p(-jnp.exp(jnp.minimum(lower - upper, -1e-9)))


def _responders(
    told: Responders, z: Array, scale: Array, drift: Array, threshold: Array, people_sd: Array
) -> None:
    expected = scale[told.study] * mean_changes(told.means, z) + drift[told.study]
    above = (expected - threshold[told.threshold]) / people_sd
    yes, no = log_ndtr(above), log_ndtr(-above)
    likely = told.responded * yes + (told.people - told.responded) * no
    numpyro.factor("responders", (told.weight * likely).sum())
