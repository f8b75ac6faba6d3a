"""The whole course once more, as differential equations for somebody else's solver.

One person, needling and topical minoxidil (and tablets), continuous in time: no half-days, no
half-weeks, no delay line. Written from the equations of the docs, in its own arrays; from the model
it takes only the start and the count of hairs from follicles. Early anagen is a true
delay, whose end is told from outside (`course_solvers`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.scalp import follicles as fo

NAMES = (
    "film", "follicle", "skin", "plasma", "signal", "young", "mature", "elastin", "vessels",
    "effect", "fibroblasts", "macrophages", "csf", "pdgf", "flow_days", "shed", "plasma_days",
)  # fmt: skip
SIZES = (fo.ANAGEN_STAGES, fo.TELOGEN_STAGES, fo.KENOGEN_STAGES)


@dataclass(eq=False)  # told apart by identity: who compiles it does so once
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
