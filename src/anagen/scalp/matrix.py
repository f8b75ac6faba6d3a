"""Matrix: collagen, young and mature, and elastin of the dermis.

Equations
    young (III)    dc₃/dt = (γ D + γ_F F)/(τ_m + τ) − c₃/τ_m
    mature (I)     dc₁/dt = c₃/τ_m − c₁/τ
    elastin        dR/dt = (gain·G − (R − 1))/τ
c₃ and c₁ are excess over unwounded dermis, relative to all its collagen; D is what sessions
deposit (`wound_response`), F the share of lasting fibrosis (`fibrosis`), G the healing signal. A
lasting D of 1 ends at an excess of γ.
Units: days; all relative. Sources: the records ``matrix.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class Matrix(NamedTuple):
    """Numbers of the matrix, each (draws,)."""

    collagen_gain: Array
    fibrosis_collagen_gain: Array
    young_share: Array
    maturation_days: Array
    turnover_days: Array
    elastin_gain: Array


class Fibres(NamedTuple):
    """State of the matrix, each (draws,)."""

    young: Array  # collagen III, excess
    mature: Array  # collagen I, excess
    elastin_ratio: Array


def intact(draws: int) -> Fibres:
    """Dermis that was never needled."""
    zero = jnp.zeros(draws)
    return Fibres(zero, zero, zero + 1)


def step(
    fibres: Fibres, days: float, deposited: Array, fibrosis: Array, signal: Array, p: Matrix
) -> Fibres:
    """One step: each part relaxes exactly to what drives it, held at its mean over the step."""
    made_in = p.maturation_days + p.turnover_days
    driven = (p.collagen_gain * deposited + p.fibrosis_collagen_gain * fibrosis) / made_in
    young = _relaxed(fibres.young, driven * p.maturation_days, days / p.maturation_days)
    ripening = (fibres.young + young) / 2 * p.turnover_days / p.maturation_days
    elastin = jnp.maximum(1 + p.elastin_gain * signal, 0.0)
    return Fibres(
        young=young,
        mature=_relaxed(fibres.mature, ripening, days / p.turnover_days),
        elastin_ratio=_relaxed(fibres.elastin_ratio, elastin, days / p.turnover_days),
    )


def _relaxed(value: Array, wanted: Array, passed: Array) -> Array:
    """Towards ``wanted``, after so many time constants."""
    return wanted + (value - wanted) * jnp.exp(-passed)


def collagen_ratio(fibres: Fibres) -> Array:
    """All collagen, relative to before."""
    return 1 + fibres.young + fibres.mature


def collagen_iii_share(fibres: Fibres, p: Matrix) -> Array:
    """Share of collagen that is young; higher while it is being laid down."""
    return (p.young_share + fibres.young) / collagen_ratio(fibres)
