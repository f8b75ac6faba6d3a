"""The whole course once more, as differential equations for somebody else's solver.

One person, needling and topical minoxidil (and tablets), continuous in time: no half-days, no
half-weeks, no delay line. Written from the equations of the docs, in its own arrays; from the model
it takes only the start (`drive`) and the count of hairs from follicles. Early anagen is a true
delay, by the method of steps: within one delay the onsets that emerge are known.
The two circuits that shape a session's wound are solved by themselves first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
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
from anagen.scalp.drive import Drive

POINTS = 2000  # of the table of onsets in one delay
GRID = 0.02  # days between the points of a session's shapes
NAMES = (
    "film", "follicle", "skin", "plasma", "signal", "young", "mature", "elastin", "vessels",
    "effect", "fibroblasts", "macrophages", "csf", "pdgf", "flow_days", "shed", "plasma_days",
)  # fmt: skip
SIZES = (fo.ANAGEN_STAGES, fo.TELOGEN_STAGES, fo.KENOGEN_STAGES)


@dataclass
class Reference:
    """One draw of one course; ``xp`` is numpy or jax.numpy."""

    p: Any  # numbers of one draw as floats
    sessions: np.ndarray  # days
    hold_days: float
    use: Any
    intake: Any  # (day) -> share of androgen action left
    once: dict[str, float]
    m: Any
    start: Any
    shape_days: np.ndarray
    influx: np.ndarray
    deposition: np.ndarray
    delay: float
    xp: Any

    def first(self) -> np.ndarray:
        """The state of day 0."""
        few = self.p.fibrosis.start_per_ml
        slow = np.zeros(len(NAMES))
        slow[NAMES.index("elastin")] = 1.0
        slow[NAMES.index("fibroblasts")] = slow[NAMES.index("macrophages")] = few
        phases = self.start.follicles[1:]
        return np.concatenate([slow, *(np.asarray(part)[..., 0].ravel() for part in phases)])

    def breaks(self, end: float) -> np.ndarray:
        """When something jumps."""
        times = np.concatenate([self.sessions, self.sessions + self.hold_days])
        return np.unique(times[(times > 0) & (times < end)])

    def outside(self, t: Any) -> dict[str, Any]:
        """What the calendar brings: closed forms of the time since each session."""
        xp, p = self.xp, self.p
        since = t - xp.asarray(self.sessions)
        past = xp.where(since >= 0, 1.0, 0.0)
        ago = xp.where(since >= 0, since, 0.0)
        latest = xp.min(xp.where(since >= 0, since, 1e9))
        tau_red = -p.healing.redness_duration_h / 24 / np.log(0.05)
        hours = latest * 24
        open_share = xp.exp(-((hours / self.once["tau_h"]) ** self.once["beta"]))
        return {
            "cascade": xp.sum(past * xp.exp(-ago / p.healing.peak_days))
            * np.e
            * self.once["wound"],
            "redness": xp.exp(-latest / tau_red),
            "influx": xp.sum(past * xp.interp(ago, self.shape_days, self.influx, right=0.0)),
            "deposition": xp.sum(
                past * xp.interp(ago, self.shape_days, self.deposition, right=0.0)
            ),
            "in_use": xp.where(latest >= self.hold_days, 1.0, 0.0),
            "open_share": open_share,
        }

    def shaped(self, days: Any, shape: np.ndarray) -> Any:
        return self.xp.interp(days, self.shape_days, shape, right=0.0)

    def flow(self, slow: dict[str, Any], out: dict[str, Any]) -> Any:
        p = self.p.perfusion
        after_dose = min(self.use.per_day * p.minoxidil_rise_h / 24, 1.0)
        return 1 + (
            p.needling_rise * out["redness"]
            + p.minoxidil_rise * after_dose * out["in_use"]
            + p.chronic_gain * slow["vessels"]
        )

    def hair_rates(self, t: Any, slow: dict[str, Any]) -> dict[str, Any]:
        """Rates of stages, thickening and falls, (class,)."""
        xp, p, e, m = self.xp, self.p, self.p.effects, self.m
        left = 1 - m.androgenic * (1 - self.intake(t))
        signal = slow["signal"] * (1 + p.healing.half_signal)
        signal = signal / (slow["signal"] + p.healing.half_signal)
        push = e.signal_on_exit * signal + e.minoxidil_on_exit * slow["effect"]
        most = np.log(e.most_exit_factor)
        factor = xp.exp(most * xp.tanh(push / most))
        diameter = self.once["diameters"]
        anagen = np.maximum(
            p.follicles.anagen_days * diameter / p.follicles.reference_diameter_um,
            p.follicles.anagen_least_days,
        )
        longer = 1 + e.signal_on_anagen * signal + e.minoxidil_on_anagen * slow["effect"]
        telogen = p.follicles.telogen_days * self.start.telogen_factor / factor
        extra = m.kenogen_days - p.follicles.kenogen_days
        kenogen = (p.follicles.kenogen_days + extra * left) / factor
        thicken = e.signal_on_thickness * signal + e.minoxidil_on_thickness * slow["effect"]
        fibrosis = slow["fibroblasts"] / self.once["hot"]
        return {
            "anagen": fo.ANAGEN_STAGES / (anagen * longer),
            "telogen": fo.TELOGEN_STAGES / xp.maximum(telogen, p.follicles.telogen_least_days),
            "kenogen": fo.KENOGEN_STAGES / kenogen,
            "thicken": xp.maximum(thicken, 0.0) * (1 - diameter / diameter[-1]),
            "fall": xp.minimum(m.fall * left + e.fibrosis_on_fall * fibrosis, 1.0),
            "rise": m.rise + p.medicines.rise_without_androgen * (1 - left),
        }

    def split(self, y: Any) -> tuple[dict[str, Any], list[Any]]:
        slow = {name: y[i] for i, name in enumerate(NAMES)}
        at, parts = len(NAMES), []
        for stages in SIZES:
            parts.append(y[at : at + stages * fo.CLASSES].reshape(stages, fo.CLASSES))
            at += stages * fo.CLASSES
        return slow, parts

    def onsets(self, t: Any, y: Any) -> Any:
        """Follicles that begin a hair, by the class they begin it in, per day."""
        slow, (_, _, kenogen) = self.split(y)
        r = self.hair_rates(t, slow)
        out = r["kenogen"] * kenogen[-1]
        fall = self.xp.concatenate([self.xp.zeros(1), r["fall"][1:]])
        highest = np.arange(fo.CLASSES) == fo.CLASSES - 1
        rise = self.xp.where(highest, 0.0, r["rise"] * (1 - fall))
        nothing = self.xp.zeros(1)
        down = self.xp.concatenate([(out * fall)[1:], nothing])
        up = self.xp.concatenate([nothing, (out * rise)[:-1]])
        return out * (1 - fall - rise) + down + up

    def slope(self, t: Any, y: Any, emerging: Any) -> Any:
        """dy/dt, per day."""
        xp, p = self.xp, self.p
        slow, (anagen, telogen, kenogen) = self.split(y)
        out, d, once = self.outside(t), p.delivery, self.once
        flow = self.flow(slow, out)

        dose = out["in_use"] * once["dose_per_day"]
        into_follicle = once["follicular_share"] * dose
        covered = min(self.use.per_day * d.film_lasts_h / 24, 1.0) * out["in_use"]
        holds = slow["film"] / (slow["film"] + 1e-3)  # an empty film gives nothing
        skin = once["skin_per_day"] * covered * holds
        channel_cm_h = 1 / (1 / (out["open_share"] * once["isolated"] + 1e-30) + 1 / once["dermal"])
        channel = channel_cm_h * once["driving"] * 1e3 * 24 * covered * holds
        emptied = d.follicular_emptying_per_h * 24 * slow["follicle"]
        released = np.log(2) / d.skin_release_half_life_h * 24 * slow["skin"]
        cleared = np.log(2) / d.plasma_half_life_h * 24 * slow["plasma"]
        clearance = d.dermal_clearance_per_h * flow
        clearance = clearance / (d.flow_limited_share + (1 - d.flow_limited_share) * flow)
        decay_mm = xp.sqrt(once["diffusion"] * 3600 / clearance) * 10
        from_surface = xp.exp(-d.target_depth_mm / decay_mm)
        from_channel = xp.exp(-max(d.target_depth_mm - once["depth_mm"], 0.0) / decay_mm)
        reached = into_follicle + skin * from_surface + channel * from_channel
        activated = once["sulfation"] * reached / once["standard_per_day"]
        half = p.effects.minoxidil_half_dose
        wanted = (1 + half) * activated / (half + activated)

        mx, f, c = p.matrix, p.fibrosis, slow
        laid = mx.collagen_gain * once["wound"] * out["deposition"]
        laid = laid + mx.fibrosis_collagen_gain * slow["fibroblasts"] / once["hot"]
        csf, pdgf = (
            c["csf"] / (f.csf_half_per_ml + c["csf"]),
            c["pdgf"] / (f.pdgf_half_per_ml + c["pdgf"]),
        )
        growth = f.fibroblast_growth_per_day * pdgf * (1 - c["fibroblasts"] / f.capacity_per_ml)
        few = f.start_per_ml
        r = self.hair_rates(t, slow)
        out_a, out_t, out_k = r["anagen"] * anagen, r["telogen"] * telogen, r["kenogen"] * kenogen
        up = r["thicken"] * anagen
        thickened = xp.concatenate([xp.zeros((fo.ANAGEN_STAGES, 1)), up[:, :-1]], axis=1)
        da = xp.concatenate([emerging[None], out_a[:-1]]) - out_a - up + thickened
        dt = xp.concatenate([out_a[-1:], out_t[:-1]]) - out_t
        dk = xp.concatenate([out_t[-1:], out_k[:-1]]) - out_k
        change = {
            "film": dose - into_follicle - skin - channel - slow["film"] * 24 / d.film_lasts_h,
            "follicle": into_follicle - emptied,
            "skin": skin + channel + emptied - released,
            "plasma": released - cleared,
            "signal": (out["cascade"] - slow["signal"]) / p.healing.peak_days,
            "young": laid / (mx.maturation_days + mx.turnover_days)
            - slow["young"] / mx.maturation_days,
            "mature": slow["young"] / mx.maturation_days - slow["mature"] / mx.turnover_days,
            "elastin": (xp.maximum(1 + mx.elastin_gain * slow["signal"], 0.0) - slow["elastin"])
            / mx.turnover_days,
            "vessels": (slow["signal"] - slow["vessels"]) / p.perfusion.chronic_days,
            "effect": (wanted - slow["effect"]) / p.effects.minoxidil_onset_days,
            "fibroblasts": (growth - f.fibroblast_loss_per_day) * c["fibroblasts"]
            + f.fibroblast_loss_per_day * few,
            "macrophages": (f.macrophage_growth_per_day * csf - f.macrophage_loss_per_day)
            * c["macrophages"]
            + once["height"] * out["influx"]
            + f.macrophage_loss_per_day * few,
            "csf": 1440 * f.csf_by_fibroblast_per_min * c["fibroblasts"]
            - 1440 * f.csf_uptake_per_min * c["macrophages"] * csf
            - f.factor_loss_per_day * c["csf"],
            "pdgf": 1440 * f.pdgf_by_macrophage_per_min * c["macrophages"]
            + 1440 * f.pdgf_by_fibroblast_per_min * c["fibroblasts"]
            - 1440 * f.pdgf_uptake_per_min * c["fibroblasts"] * pdgf
            - f.factor_loss_per_day * c["pdgf"],
            "flow_days": flow,
            "shed": xp.sum(out_t[-1]),
            "plasma_days": cleared / 24 * self.use.area_cm2 / d.plasma_clearance_l_h,
        }
        return xp.concatenate(
            [xp.stack([change[name] for name in NAMES]), da.ravel(), dt.ravel(), dk.ravel()]
        )


def reference(driven: Drive, m: Any, person: Any, treatment: Any, p: Any, xp: Any) -> Reference:
    """The reference for a course of one draw, whose arguments are those of `drive`."""
    one = _floats(p)
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
        start=driven.start._replace(telogen_factor=float(driven.start.telogen_factor[0])),
        shape_days=shape_days,
        influx=influx,
        deposition=deposition,
        delay=float(driven.delay_days[0]),
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


Solver = Callable[[Reference, float, float, np.ndarray, np.ndarray, np.ndarray], Any]


def follow(ref: Reference, weeks: int, solver: Solver) -> dict[str, np.ndarray]:
    """State by week, (weeks + 1, ...), by a solver of one delay's length at a time."""
    end, y = weeks * 7.0, ref.first()
    ends = np.append(np.arange(ref.delay, end, ref.delay), end)
    early = np.asarray(ref.start.follicles.early)[..., 0].sum(axis=0)
    table = np.tile(early / ref.delay, (POINTS + 1, 1))  # spread evenly over the delay
    seen = {0.0: y}
    began = 0.0
    for until in ends:
        asked = np.arange(np.floor(began / 7) + 1, np.floor(until / 7 + 1e-9) + 1) * 7.0
        times = began + np.linspace(0, 1, POINTS + 1) * ref.delay
        dense = solver(ref, began, until, y, times, table)
        for week in asked:
            seen[week] = np.asarray(dense(week))
        inside = np.minimum(times, until)
        table = np.stack([np.asarray(ref.onsets(t, dense(t))) for t in inside])
        y, began = np.asarray(dense(until)), until
    states = np.stack([seen[w] for w in sorted(seen)])
    hair = [ref.split(state)[1] for state in states]
    slow = {name: states[:, i] for i, name in enumerate(NAMES)}
    return slow | {
        "visible": np.stack([a.sum(axis=0) + t.sum(axis=0) for a, t, _ in hair]),
        "growing": np.stack([a.sum() for a, _, _ in hair]),
        "follicles": np.stack([sum(part.sum() for part in parts) for parts in hair]),
    }


def by_scipy(tolerance: float = 1e-8) -> Solver:
    """Dormand-Prince 8 of SciPy, restarted where something jumps."""

    def solve(
        ref: Reference, began: float, until: float, y: np.ndarray, times: np.ndarray,
        table: np.ndarray,
    ):  # fmt: skip
        cuts = ref.breaks(until)
        edges = np.concatenate([[began], cuts[cuts > began], [until]])
        parts = []
        spacing = times[1] - times[0]

        def emerging(t: float) -> np.ndarray:
            at = min((t - began) / spacing, POINTS - 1e-9)
            i = int(at)
            return table[i] + (at - i) * (table[i + 1] - table[i])

        for a, b in pairwise(edges):
            # Just inside, so that a jump at an edge is on its right side.
            inner = (a + 1e-12, b - 1e-12)
            found = solve_ivp(
                lambda t, s, lo=inner[0], hi=inner[1]: ref.slope(
                    min(max(t, lo), hi), s, emerging(t)
                ),
                (a, b), y, "DOP853", dense_output=True, rtol=tolerance, atol=tolerance,
            )  # fmt: skip
            parts.append(found.sol)
            y = found.y[:, -1]

        def dense(t: float) -> np.ndarray:
            i = int(np.clip(np.searchsorted(edges, t, side="left") - 1, 0, len(parts) - 1))
            return parts[i](t)

        return dense

    return solve


def by_diffrax(tolerance: float = 1e-7) -> Solver:
    """Tsitouras 5 of Diffrax, told where something jumps."""
    import diffrax
    import equinox
    import jax
    import jax.numpy as jnp

    compiled: dict[int, Any] = {}
    evaluate = equinox.filter_jit(lambda found, t: found.evaluate(t))

    def compile_for(ref: Reference) -> Any:
        def slope(t: Any, y: Any, told: Any) -> Any:
            table, began, spacing = told
            at = jnp.clip((t - began) / spacing, 0.0, POINTS - 1e-9)
            i = jnp.floor(at).astype(int)
            return ref.slope(t, y, table[i] + (at - i) * (table[i + 1] - table[i]))

        @jax.jit
        def solved(began: Any, until: Any, y: Any, table: Any, spacing: Any, jumps: Any) -> Any:
            return diffrax.diffeqsolve(
                diffrax.ODETerm(slope),
                diffrax.Tsit5(),
                began,
                until,
                0.01,
                y,
                args=(table, began, spacing),
                saveat=diffrax.SaveAt(dense=True),
                stepsize_controller=diffrax.ClipStepSizeController(
                    diffrax.PIDController(rtol=tolerance, atol=tolerance), jump_ts=jumps
                ),
                max_steps=16_384,
            )

        return solved

    def solve(
        ref: Reference, began: float, until: float, y: np.ndarray, times: np.ndarray,
        table: np.ndarray,
    ):  # fmt: skip
        if id(ref) not in compiled:
            compiled[id(ref)] = compile_for(ref)
        every = np.concatenate([ref.sessions, ref.sessions + ref.hold_days])
        found = compiled[id(ref)](
            began, until, jnp.asarray(y), jnp.asarray(table), times[1] - times[0],
            jnp.sort(jnp.asarray(every)),
        )  # fmt: skip
        return lambda t: evaluate(found, jnp.asarray(t))

    return solve
