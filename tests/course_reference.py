"""One draw of a course, laid out for the differential equations of `course_equations`.

The two circuits that shape a session's wound are solved by themselves first, by SciPy.
"""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from course_equations import Reference
from scipy.integrate import solve_ivp

from anagen.scalp import (
    anatomy,
    closure,
    delivery,
    healing,
    inflammation,
    macrophages,
    needling,
    sulfation,
    vehicle,
)
from anagen.scalp import follicles as fo
from anagen.scalp.drive import modulation_of
from anagen.scalp.start import start

GRID = 0.02  # days between the points of a session's shapes


def reference(person: Any, treatment: Any, p: Any, condition: str, xp: Any = np) -> Reference:
    """The reference for a course of one draw, whose arguments are those of `run`."""
    one, m = _floats(p), modulation_of(person, p, condition)
    begun = jax.jit(start)(person, m, p.follicles, p.endpoints)
    field = needling.channels(treatment.device, p.needling)
    thickness = anatomy.skin_mm(person.zone, person.is_male, p.anatomy)
    clock = closure.barrier(
        closure.telling_assay(p.closure), field.depth_mm, person.circumstances, p.closure
    )
    use, d = _floats(treatment.minoxidil), one.delivery
    relative = float(vehicle.relative_driving(treatment.minoxidil, p.vehicle, p.delivery)[0])
    dose = use.per_day * use.dose_ml * use.strength_percent * 10 * 1e3 / use.area_cm2
    k_p = 10 ** (
        d.potts_guy_intercept
        + d.potts_guy_log_kow * d.minoxidil_log_kow
        - d.potts_guy_molar_mass * d.minoxidil_molar_mass_g_mol
    )
    driving = d.minoxidil_solubility_mg_ml * relative
    standard = d.film_efficiency * k_p * d.minoxidil_solubility_mg_ml * 1e3
    standard *= d.follicular_to_skin_ratio * min(d.standard_per_day * d.film_lasts_h, 24.0)
    standard_dose = d.standard_strength_percent * 10 * d.standard_dose_ml * d.standard_per_day
    shape_days, influx, deposition, inflamed = _shapes(one, person)
    wound = float(healing.wound(field, np.array([inflamed]), p.healing)[0])
    wounded = float(needling.wounded_share(field, thickness, p.needling.affected_margin_um)[0])
    once = {
        "tau_h": float(clock.tau_h[0]),
        "beta": float(clock.exponent[0]),
        "wound": wound,
        "height": one.healing.influx_per_ml_day * wounded,
        "hot": 481_400.0,  # V4.3
        "dose_per_day": dose,
        "follicular_share": standard / (standard_dose / d.standard_area_cm2 * 1e3),
        "standard_per_day": standard,
        "skin_per_day": d.film_efficiency * k_p * driving * 1e3 * 24,
        "driving": driving,
        "isolated": float(
            delivery.isolated_channels_cm_h(
                field.density_per_cm2, field.depth_mm, field.mouth_radius_um, p.delivery
            )[0]
        ),
        "dermal": float(delivery.dermal_uptake_cm_h(field.depth_mm, p.delivery)[0]),
        "diffusion": 10
        ** (
            d.diffusion_intercept
            + d.diffusion_molar_mass_exponent * np.log10(d.minoxidil_molar_mass_g_mol)
        ),
        "depth_mm": float(field.depth_mm[0]),
        "sulfation": float(
            sulfation.activity(
                person.is_male,
                treatment.minoxidil.strength_percent,
                person.sulfotransferase_od405,
                p.sulfation,
            )[0]
        ),
        "diameters": np.asarray(fo.diameters_um(p.follicles))[:, 0],
    }
    mg = float(treatment.intake.finasteride.mg_per_day[0])
    onset = one.medicines.reductase_onset_days
    blocked = one.medicines.finasteride_most * mg / (mg + one.medicines.finasteride_half_mg)

    def androgen(t: Any) -> Any:
        dht = (1 - blocked * (1 - xp.exp(-t / onset))) ** one.medicines.laboratory_exponent
        return 1 - one.medicines.dht_share_of_action * (1 - dht)

    return Reference(
        p=one,
        sessions=np.arange(int(treatment.sessions)) * float(treatment.interval_days),
        hold_days=use.hold_hours / 24,
        use=use,
        intake=androgen,
        once=once,
        m=_by_class(m),
        start=begun._replace(telogen_factor=float(begun.telogen_factor[0])),
        shape_days=shape_days,
        influx=influx,
        deposition=deposition,
        delay=float(fo.delay_days(p.follicles)[0]),
        xp=xp,
    )


def _floats(numbers: Any) -> Any:
    """The same tuple with one float for each array of one draw."""
    if hasattr(numbers, "_fields"):
        return type(numbers)(*(_floats(part) for part in numbers))
    return float(np.asarray(numbers).reshape(-1)[0])


def _by_class(m: Any) -> Any:
    """A modulation of one draw, (class,) where it differs by class."""
    return type(m)(
        *(np.asarray(v)[:, 0] if np.ndim(v) == 2 else float(np.asarray(v)[0]) for v in m)
    )


def _shapes(one: Any, person: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """A session's influx and deposition over time, by SciPy; and the share that is inflamed."""
    hormones = _floats(person.hormones)
    none = type(hormones)(*(0.0 for _ in hormones))

    def called(who: Any) -> Callable[[np.ndarray], np.ndarray]:
        p = one.inflammation
        first = np.array([float(v) for v in inflammation.fresh(p)])
        solved = solve_ivp(
            lambda _, y: list(inflammation.rates(inflammation.Wound(*y), who, p, "oestrogen")),
            (0, 28), first, "Radau", dense_output=True, rtol=1e-9, atol=1e-12,
        )  # fmt: skip
        return lambda t: np.asarray(inflammation.called(inflammation.Wound(*solved.sol(t)), who, p))

    days = np.arange(0, 28 + GRID / 2, GRID)
    theirs, reference = called(hormones)(days), called(none)(days)
    inflamed = np.trapezoid(theirs, days) / np.trapezoid(reference, days)

    def infiltrate(diabetic: float, times: np.ndarray) -> np.ndarray:
        p = one.macrophages
        return solve_ivp(
            lambda _, y: [
                float(v) for v in macrophages.rates(macrophages.Infiltrate(*y), diabetic, p)
            ],
            (0, 56), [float(v) for v in macrophages.fresh(p)], "Radau",
            t_eval=times, rtol=1e-9, atol=1e-12,
        ).y  # fmt: skip

    long = np.arange(0, 56 + GRID / 2, GRID)
    factor = infiltrate(0.0, long)[2]
    factor = factor - factor[-1]
    cells = infiltrate(float(np.asarray(person.diabetic)[0]), long)
    share = 2 * cells[1] / (cells[0] + cells[1])
    area = np.trapezoid(factor, long)
    deposition = np.e * one.healing.peak_days * factor / area * share
    return long, np.interp(long, days, theirs, right=0.0), deposition, float(inflamed)
