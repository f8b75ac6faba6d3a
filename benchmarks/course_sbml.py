"""The whole course as SBML, for libRoadRunner: the equations of `tests/course_equations.py`.

Everything is a closed form of time and state but what is set from outside as the course goes on:
the latest session and what earlier ones left of the cascade, whether minoxidil is in use, and the
half-week means of the follicles that emerge from early anagen and of a session's two shapes.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from anagen.scalp.follicles import ANAGEN_STAGES, CLASSES, KENOGEN_STAGES, TELOGEN_STAGES

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
from course_equations import NAMES  # pyright: ignore[reportMissingImports]
from sbml_models import Model, sbml  # pyright: ignore[reportMissingImports]

PHASES = (("A", ANAGEN_STAGES), ("T", TELOGEN_STAGES), ("K", KENOGEN_STAGES))
COUNTED = ("flow_days", "shed", "plasma_days")  # sums over time, on which nothing depends
READ = [f"visible_{c}" for c in range(CLASSES)] + ["growing"]
ONSETS = [f"onset_{c}" for c in range(CLASSES)]


def stages() -> list[str]:
    """Names of the stages, in the order of the reference's state."""
    return [f"{phase}{i}_{c}" for phase, n in PHASES for i in range(n) for c in range(CLASSES)]


def start(ref: Any) -> dict[str, float]:
    """What every state begins with."""
    begun = dict(zip((*NAMES, *stages()), ref.first(), strict=True))
    return {name: value for name, value in begun.items() if name not in COUNTED}


def written(ref: Any) -> str:
    """One draw's course, without medicines by mouth, as SBML text."""
    assert ref.intake(100.0) == 1.0
    numbers, assignments = _skin(ref)
    equations = _slow(ref)
    for part in (_hair_rates(ref), _hair()):
        assignments |= part
    outside = ("latest", "cascade_then", "in_use", "influx", "deposition")
    outside += tuple(f"emerging_{c}" for c in range(CLASSES))
    numbers |= dict.fromkeys(outside, 0.0)
    return sbml(Model(equations | _chains(), start(ref), numbers, assignments))


def _skin(ref: Any) -> tuple[dict[str, float], dict[str, str]]:
    """Numbers of the skin, and what follows from time and its state."""
    p, d, once = ref.p, ref.p.delivery, ref.once
    most = np.log(p.effects.most_exit_factor)
    numbers = {
        **{f"once_{k}": v for k, v in once.items() if k != "diameters"},
        **{f"fibrosis_{k}": v for k, v in p.fibrosis._asdict().items()},
        **{f"matrix_{k}": v for k, v in p.matrix._asdict().items()},
        "peak_days": p.healing.peak_days,
        "redness_days": -p.healing.redness_duration_h / 24 / np.log(0.05),
        "half_signal": p.healing.half_signal,
        "needling_rise": p.perfusion.needling_rise,
        "minoxidil_rise": p.perfusion.minoxidil_rise
        * min(ref.use.per_day * p.perfusion.minoxidil_rise_h / 24, 1.0),
        "chronic_gain": p.perfusion.chronic_gain,
        "chronic_days": p.perfusion.chronic_days,
        "covered_most": min(ref.use.per_day * d.film_lasts_h / 24, 1.0),
        "film_per_day": 24 / d.film_lasts_h,
        "emptying": d.follicular_emptying_per_h * 24,
        "release": np.log(2) / d.skin_release_half_life_h * 24,
        "clearing": np.log(2) / d.plasma_half_life_h * 24,
        "clearance": d.dermal_clearance_per_h,
        "flow_limited": d.flow_limited_share,
        "target_mm": d.target_depth_mm,
        "below_mm": max(d.target_depth_mm - once["depth_mm"], 0.0),
        "half_dose": p.effects.minoxidil_half_dose,
        "onset_days": p.effects.minoxidil_onset_days,
        "most": float(most),
        **{f"effect_{k}": v for k, v in p.effects._asdict().items()},
    }
    channel = "once_driving * 1e3 * 24 * covered * holds"
    return numbers, {
        "since": "time - latest",
        "cascade": "cascade_then * exp(-since / peak_days)",
        "open_share": "exp(-((since * 24 / once_tau_h)^once_beta))",
        "flow": "1 + needling_rise * exp(-since / redness_days) + minoxidil_rise * in_use"
        " + chronic_gain * vessels",
        "dose": "in_use * once_dose_per_day",
        "covered": "covered_most * in_use",
        "holds": "film / (film + 1e-3)",
        "into_follicle": "once_follicular_share * dose",
        "into_skin": "once_skin_per_day * covered * holds",
        "into_channel": f"{channel} / (1 / (open_share * once_isolated + 1e-30) + 1 / once_dermal)",
        "decay_mm": "10 * sqrt(once_diffusion * 3600"
        " / (clearance * flow / (flow_limited + (1 - flow_limited) * flow)))",
        "reached": "into_follicle + into_skin * exp(-target_mm / decay_mm)"
        " + into_channel * exp(-below_mm / decay_mm)",
        "activated": "once_sulfation * reached / once_standard_per_day",
        "laid": "matrix_collagen_gain * once_wound * deposition"
        " + matrix_fibrosis_collagen_gain * fibroblasts / once_hot",
        "csf_bound": "csf / (fibrosis_csf_half_per_ml + csf)",
        "pdgf_bound": "pdgf / (fibrosis_pdgf_half_per_ml + pdgf)",
    }


def _slow(ref: Any) -> dict[str, str]:
    """Change per day of all but the stages."""
    # A rising matrix is never without elastin; the floor of the reference is not reached.
    assert ref.p.matrix.elastin_gain > -0.5
    return {
        "film": "dose - into_follicle - into_skin - into_channel - film * film_per_day",
        "follicle": "into_follicle - emptying * follicle",
        "skin": "into_skin + into_channel + emptying * follicle - release * skin",
        "plasma": "release * skin - clearing * plasma",
        "signal": "(cascade - signal) / peak_days",
        "young": "laid / (matrix_maturation_days + matrix_turnover_days)"
        " - young / matrix_maturation_days",
        "mature": "young / matrix_maturation_days - mature / matrix_turnover_days",
        "elastin": "(1 + matrix_elastin_gain * signal - elastin) / matrix_turnover_days",
        "vessels": "(signal - vessels) / chronic_days",
        "effect": "((1 + half_dose) * activated / (half_dose + activated) - effect) / onset_days",
        "fibroblasts": "(fibrosis_fibroblast_growth_per_day * pdgf_bound"
        " * (1 - fibroblasts / fibrosis_capacity_per_ml)"
        " - fibrosis_fibroblast_loss_per_day) * fibroblasts"
        " + fibrosis_fibroblast_loss_per_day * fibrosis_start_per_ml",
        "macrophages": "(fibrosis_macrophage_growth_per_day * csf_bound"
        " - fibrosis_macrophage_loss_per_day) * macrophages + once_height * influx"
        " + fibrosis_macrophage_loss_per_day * fibrosis_start_per_ml",
        "csf": "1440 * fibrosis_csf_by_fibroblast_per_min * fibroblasts"
        " - 1440 * fibrosis_csf_uptake_per_min * macrophages * csf_bound"
        " - fibrosis_factor_loss_per_day * csf",
        "pdgf": "1440 * fibrosis_pdgf_by_macrophage_per_min * macrophages"
        " + 1440 * fibrosis_pdgf_by_fibroblast_per_min * fibroblasts"
        " - 1440 * fibrosis_pdgf_uptake_per_min * fibroblasts * pdgf_bound"
        " - fibrosis_factor_loss_per_day * pdgf",
    }


def _more(text: str) -> str:
    """The greater of an expression and 0, without a branch."""
    return f"(({text}) + abs({text})) / 2"


def _hair_rates(ref: Any) -> dict[str, str]:
    """Rates of the stages, by class."""
    cycle, e, m = ref.p.follicles, ref.p.effects, ref.m
    diameter = ref.once["diameters"]
    anagen = np.maximum(
        cycle.anagen_days * diameter / cycle.reference_diameter_um, cycle.anagen_least_days
    )
    telogen = cycle.telogen_days * ref.start.telogen_factor
    kenogen = np.broadcast_to(m.kenogen_days, CLASSES)
    fall, rise = np.broadcast_to(m.fall, CLASSES), np.broadcast_to(m.rise, CLASSES)
    # Lower bounds that the most effect cannot reach are left out: they cost the peer its speed.
    assert telogen / e.most_exit_factor >= cycle.telogen_least_days
    rates = {
        "sensed": "signal * (1 + half_signal) / (signal + half_signal)",
        "factor": "exp(most * tanh((effect_signal_on_exit * sensed"
        " + effect_minoxidil_on_exit * effect) / most))",
        "longer": "1 + effect_signal_on_anagen * sensed + effect_minoxidil_on_anagen * effect",
        "thicken": _more(
            "effect_signal_on_thickness * sensed + effect_minoxidil_on_thickness * effect"
        ),
        "rate_T": f"{TELOGEN_STAGES / telogen!r} * factor",
    }
    for c in range(CLASSES):
        lost = f"{fall[c]!r} + effect_fibrosis_on_fall * fibroblasts / once_hot" if c else "0"
        rates |= {
            f"rate_A_{c}": f"{ANAGEN_STAGES / anagen[c]!r} / longer",
            f"rate_K_{c}": f"{KENOGEN_STAGES / kenogen[c]!r} * factor",
            f"thicken_{c}": f"{1 - diameter[c] / diameter[-1]!r} * thicken",
            f"fall_{c}": f"1 - {_more(f'1 - ({lost})')}" if c else "0",
            f"rise_{c}": f"{rise[c]!r} * (1 - fall_{c})" if c < CLASSES - 1 else "0",
        }
    return {name: text.replace("np.float64", "") for name, text in rates.items()}


def _hair() -> dict[str, str]:
    """What is read off the follicles: visible hairs and onsets by class."""

    def all_of(phase: str, n: int, c: int) -> str:
        return " + ".join(f"{phase}{i}_{c}" for i in range(n))

    leaving = [f"rate_K_{c} * K{KENOGEN_STAGES - 1}_{c}" for c in range(CLASSES)]
    read = {}
    for c in range(CLASSES):
        read[f"visible_{c}"] = (
            all_of("A", ANAGEN_STAGES, c) + " + " + all_of("T", TELOGEN_STAGES, c)
        )
        onset = [f"{leaving[c]} * (1 - fall_{c} - rise_{c})"]
        if c < CLASSES - 1:
            onset.append(f"{leaving[c + 1]} * fall_{c + 1}")
        if c > 0:
            onset.append(f"{leaving[c - 1]} * rise_{c - 1}")
        read[f"onset_{c}"] = " + ".join(onset)
    read["growing"] = " + ".join(all_of("A", ANAGEN_STAGES, c) for c in range(CLASSES))
    return read


def _chains() -> dict[str, str]:
    """Change per day of each stage."""
    change = {}
    for c in range(CLASSES):
        rate = {"A": f"rate_A_{c}", "T": "rate_T", "K": f"rate_K_{c}"}
        entering = f"emerging_{c}"
        for phase, n in PHASES:
            for i in range(n):
                here = f"{phase}{i}_{c}"
                change[here] = f"{entering} - {rate[phase]} * {here}"
                if phase == "A":
                    change[here] += f" - thicken_{c} * {here}"
                    if c > 0:
                        change[here] += f" + thicken_{c - 1} * A{i}_{c - 1}"
                entering = f"{rate[phase]} * {here}"
    return change
