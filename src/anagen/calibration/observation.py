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

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from jax.scipy.special import log_ndtr, logsumexp

from anagen.calibration.arm_means import ArmMeans, mean_changes
from anagen.evidence.parameters import Parameter, parameters

SIGNIFICANT = 1.96
type Values = Any  # arrays of NumPy, or of JAX while they are traced


class Counts(NamedTuple):
    """Published changes of arms; (results,) unless said otherwise."""

    means: ArmMeans
    study: Values  # index of its scale
    drift: Values  # index of its drift
    change: Values  # hairs/cm², or µm
    variance_of_mean: Values  # of the people counted, where their spread is stated; else NaN
    people: Values
    suspect: Values  # 1 or 0
    reading: Values  # the other factor that the change may have; 1 where there is none
    weight: Values  # 1, or 0 for a result that is left out


class Contrasts(NamedTuple):
    """Differences and tests of one arm against another, or against its baseline."""

    means: ArmMeans
    against: ArmMeans  # nought for a baseline
    to_baseline: Values  # 1 or 0
    study: Values
    drift: Values  # index among the drifts of its kind
    diameter: Values  # 1 or 0
    value: Values  # of a difference or a statistic
    se: Values  # of a difference where stated, else NaN
    per_person: Values  # 1/n of the one and the other arm, summed
    kind: Values  # DIFFERENCE, STATISTIC, INCREASE or NOT_SIGNIFICANT
    weight: Values


DIFFERENCE, STATISTIC, INCREASE, NOT_SIGNIFICANT = range(4)


class Responders(NamedTuple):
    """People who are said to have responded."""

    means: ArmMeans
    study: Values
    threshold: Values  # index of the study's threshold
    responded: Values
    people: Values
    weight: Values


class Published(NamedTuple):
    """All that the trials published, as arrays."""

    density: Counts
    diameter: Counts
    contrasts: Contrasts
    responders: Responders
    people_sd: Values  # stated spreads of a change between people, hairs/cm²
    people_sd_people: Values  # of so many people
    people_sd_study: Values  # index
    people_sd_weight: Values


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


def _student(name: str, number: int) -> Values:
    """So many Student-t numbers as normal ones of unlike width, which NUTS walks better."""
    half = record("drift_tail").centre / 2
    raw: Values = numpyro.sample(f"raw_{name}", dist.Normal(0, 1).expand([number]).to_event(1))
    width: Values = numpyro.sample(
        f"width_{name}", dist.InverseGamma(half, half).expand([number]).to_event(1)
    )
    return jnp.sqrt(width) * raw


class Size(NamedTuple):
    """How many of each there are."""

    numbers: int  # calibrated
    studies: int
    um_studies: int  # with a diameter
    thresholds: int


def trials_as_published(told: Published, size: Size) -> None:
    """The NumPyro model of all results."""
    studies = size.studies
    z: Values = numpyro.sample("scores", dist.Normal(0, 1).expand([size.numbers]).to_event(1))
    scale_spread: Values = numpyro.sample("scale_spread", _half_normal("scale_spread"))
    # Logistic: tails heavier than a normal's, and a scale whose mean is finite.
    raw_scale: Values = numpyro.sample(
        "raw_scale", dist.Logistic(0, 1).expand([studies]).to_event(1)
    )
    scale: Values = numpyro.deterministic("scale", jnp.exp(scale_spread * raw_scale / LOGISTIC_SD))

    drift_mean: Values = numpyro.sample("drift_mean", _normal("drift_mean_per_cm2"))
    drift_spread: Values = numpyro.sample("drift_spread", _half_normal("drift_spread_per_cm2"))
    drift: Values = numpyro.deterministic(
        "drift", drift_mean + drift_spread * _student("drift", studies)
    )
    arm_spread: Values = numpyro.sample("arm_spread", _half_normal("arm_spread_per_cm2"))
    people_sd: Values = numpyro.sample("people_sd", _lognormal("people_sd_per_cm2"))

    um_drift_mean: Values = numpyro.sample("um_drift_mean", _normal("diameter_drift_mean_um"))
    um_drift_spread: Values = numpyro.sample(
        "um_drift_spread", _half_normal("diameter_drift_spread_um")
    )
    um_drift = um_drift_mean + um_drift_spread * _student("um_drift", size.um_studies)
    um_arm_spread: Values = numpyro.sample("um_arm_spread", _half_normal("diameter_arm_spread_um"))
    um_people_sd: Values = numpyro.sample("um_people_sd", _lognormal("diameter_people_sd_um"))

    _counts("density", told.density, z, scale, drift, arm_spread, people_sd)
    _counts("diameter", told.diameter, z, scale, um_drift, um_arm_spread, um_people_sd)
    _contrasts(
        told.contrasts, z, scale, (drift, um_drift), (arm_spread, um_arm_spread),
        (people_sd, um_people_sd),
    )  # fmt: skip

    threshold: Values = numpyro.sample(
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
    name: str,
    told: Counts,
    z: Values,
    scale: Values,
    drift: Values,
    spread: Values,
    people_sd: Values,
) -> None:
    expected = scale[told.study] * mean_changes(told.means, z) + drift[told.drift]
    chance = jnp.where(
        jnp.isnan(told.variance_of_mean), people_sd**2 / told.people, told.variance_of_mean
    )
    suspect = told.suspect * (record("suspect_sd_per_cm2").centre if name == "density" else 0.0)
    sd = jnp.sqrt(chance + spread**2 + told.means.unstated_variance + suspect**2)
    normal = dist.Normal(expected, sd)
    as_printed = told.weight * normal.log_prob(told.change)
    # In the other reading the printed number is a stretched one, and so is its density.
    otherwise = normal.log_prob(told.change * told.reading) + jnp.log(told.reading)
    otherwise = told.weight * otherwise
    in_doubt = told.reading != 1.0
    numpyro.factor(name, jnp.where(in_doubt, 0.0, as_printed).sum())
    # One reading holds for all results of the study in doubt; either is as likely beforehand.
    both = [jnp.where(in_doubt, likely, 0.0).sum() for likely in (as_printed, otherwise)]
    numpyro.factor(f"{name}_in_doubt", logsumexp(jnp.stack(both)) - jnp.log(2.0))


def _contrasts(
    told: Contrasts,
    z: Values,
    scale: Values,
    drifts: tuple[Values, Values],
    spreads: tuple[Values, Values],
    people_sds: tuple[Values, Values],
) -> None:
    def of_kind(pair: tuple[Values, Values]) -> Values:
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


def _log_between(expected: Values, limit: Values, sd: Values) -> Values:
    """Log chance that a normal lies between −limit and limit."""
    upper = log_ndtr((limit - jnp.abs(expected)) / sd)
    lower = log_ndtr((-limit - jnp.abs(expected)) / sd)
    return upper + jnp.log1p(-jnp.exp(jnp.minimum(lower - upper, -1e-9)))


def _responders(
    told: Responders, z: Values, scale: Values, drift: Values, threshold: Values, people_sd: Values
) -> None:
    expected = scale[told.study] * mean_changes(told.means, z) + drift[told.study]
    above = (expected - threshold[told.threshold]) / people_sd
    yes, no = log_ndtr(above), log_ndtr(-above)
    likely = told.responded * yes + (told.people - told.responded) * no
    numpyro.factor("responders", (told.weight * likely).sum())
