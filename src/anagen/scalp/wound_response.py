"""Wound response: what one session's wound draws and leaves, by the published healing circuits.

Equations
    influx       h(t) = R₁/(μ_mr + R₁) of `inflammation` (Cooper 2015): macrophages that enter, as a
                 share of the most that can; oestrogen and cortisol lower and shorten it
    inflamed     q = ∫h dt of this person / ∫h dt of the source's reference person
    deposition   g(t) = e τ (T − T_rest)/∫(T − T_rest) dt · 2 φ_R/(φ_I + φ_R)  of `macrophages`
                 (Waugh & Sherratt 2006): TGF-β of a normal wound, weighted by the share of
                 macrophages that repair, which in diabetes falls from a half to a fifth
Only the shape over time is taken from the circuits: they are of large wounds, in units of their
own. The height comes from how much is wounded (`needling`, `healing`). e τ is the area of the
healing signal, so that "a lasting full signal" means the same for collagen as for follicles.
Sessions add up. Units: days; both relative.
Sources: the records ``inflammation.*`` and ``macrophages.*``.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import inflammation, macrophages
from anagen.scalp.grid import HALF_DAY
from anagen.scalp.inflammation import Hormones, Inflammation
from anagen.scalp.macrophages import Macrophages

INFLAMED_WEEKS = 4  # 1.5 % of the influx is left then
REPAIRING_WEEKS = 8  # TGF-β is within 7 % of its level at rest then, which stands for T_rest


class Response(NamedTuple):
    """What one session does, half-day by half-day; (half-days, draws) and (draws,)."""

    influx: Array
    deposition: Array
    inflamed: Array


def response(
    hormones: Hormones,
    diabetic: Array,
    peak_days: Array,
    inflames: Inflammation,
    repairs: Macrophages,
    pieces: int = 1,
) -> Response:
    """The response to a wound of height 1; each half-day in so many ``pieces``.

    ``hormones`` and ``diabetic`` (0 or 1) are (draws,), ``peak_days`` is the healing signal's time
    constant τ, (draws,).
    """

    # The reference person is one more draw, without hormones.
    def with_reference(values: Array, reference: Array) -> Array:
        return jnp.concatenate([values, reference])

    person = Hormones(*(with_reference(h, jnp.zeros(1)) for h in hormones))
    numbers = Inflammation(*(with_reference(n, n[:1]) for n in inflames))
    wound = inflammation.course(person, numbers, INFLAMED_WEEKS)
    influx = _means(inflammation.called(wound, person, numbers), pieces)
    total = influx.sum(axis=0)

    one = Macrophages(*(n[:1] for n in repairs))
    factor = macrophages.course(jnp.zeros(1), one, REPAIRING_WEEKS).factor
    factor = _means(factor - factor[-1], pieces)
    theirs = macrophages.course(diabetic, repairs, REPAIRING_WEEKS)
    share = _means(theirs.repair / (theirs.repair + theirs.inflammatory), pieces)
    days = HALF_DAY / pieces
    even = factor / (factor.sum(axis=0) * days)
    return Response(
        influx=influx[:, :-1],
        deposition=jnp.e * peak_days * even * 2 * share,
        inflamed=total[:-1] / total[-1],
    )


def _means(samples: Array, pieces: int) -> Array:
    """Means over the pieces of each half-day, from samples at its ends (linear in between)."""
    at = (jnp.arange(pieces) + 0.5) / pieces

    def piece(share: Array) -> Array:
        return samples[:-1] + share * (samples[1:] - samples[:-1])

    means = jax.vmap(piece, out_axes=1)(at)
    return means.reshape(-1, *samples.shape[1:])
