"""Published models written out once more, for solvers that are not ours.

Transcribed from the published equations, not from our functions, so that a slip in either shows;
numbers go by the names of their records. `sbml` writes them for libRoadRunner, `slopes` for SciPy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import libsbml
import numpy as np


@dataclass(frozen=True)
class Model:
    """dy/dt by name, what they start from, and quantities computed on the way (in order)."""

    equations: dict[str, str]
    start: dict[str, float]
    numbers: dict[str, float]
    assignments: dict[str, str] = field(default_factory=dict)


def cooper(numbers: dict[str, float], oestrogen: float, cortisol: float, literal: bool) -> Model:
    """Cooper 2015."""
    slip = "N" if literal else "E"
    return Model(
        {
            "P": "pathogen_growth_per_day * P * (1 - P / pathogen_capacity)"
            " - pathogen_background_per_day * background_source * P"
            " / (background_loss + background_use * P)"
            " - pathogen_by_neutrophil * P * N * (1 + oestrogen_on_clearing_by_neutrophils * E)"
            " - pathogen_by_macrophage * P * phi * (1 + oestrogen_on_clearing_by_macrophages * E)",
            "D": "-debris_by_neutrophil * D * N"
            f" * (1 + oestrogen_on_clearing_by_neutrophils * {slip})"
            " - debris_by_macrophage * D * phi * (1 + oestrogen_on_clearing_by_macrophages * E)"
            " + neutrophil_loss_per_day * N - debris_loss_per_day * D",
            "M": "macrophage_source * R1 / (macrophage_half + R1) - macrophage_loss_per_day * M",
            "N": "neutrophil_source * R2 / (neutrophil_half + R2)"
            " / (1 + (E / oestrogen_on_neutrophils)^2)"
            " - neutrophil_loss_per_day * N - neutrophil_by_macrophage * N * phi",
        },
        {
            "P": numbers["pathogen_start"],
            "D": numbers["debris_start"],
            "M": numbers["macrophages_start"],
            "N": numbers["neutrophils_start"],
        },
        numbers | {"E": oestrogen, "H": cortisol},
        {
            "phi": "M / (1 + (N / neutrophil_inhibition)^2"
            " + (H / cortisol_on_macrophage_activity)^2)",
            "R1": "(macrophage_by_debris * D + macrophage_by_pathogen * P"
            " + macrophage_by_macrophage * M / (1 + (E / oestrogen_on_macrophages)^2)"
            " + macrophage_by_neutrophil * N) / (1 + (H / cortisol_on_macrophages)^2)",
            "R2": "(neutrophil_by_debris * D + neutrophil_by_pathogen * P)"
            " / (1 + (H / cortisol_on_neutrophils)^2)",
        },
    )


def waugh(numbers: dict[str, float], alpha: float) -> Model:
    """Waugh & Sherratt 2006."""
    net = (
        "renewal_share * renewal_per_day * {0} * (1 - crowding_mm3 * (I + R)) - loss_per_day * {0}"
    )
    return Model(
        {
            "I": "alpha * K + " + net.format("I"),
            "R": "(1 - alpha) * K + " + net.format("R"),
            "T": "factor_pg_per_day * I - factor_loss_per_day * T",
        },
        {
            "I": numbers["inflammatory_start"],
            "R": numbers["repair_start"],
            "T": numbers["factor_start"],
        },
        numbers | {"alpha": alpha},
        {
            "K": "influx_cubic * T^3 + influx_square * T^2 + influx_linear * T + influx_constant",
        },
    )


def adler(numbers: dict[str, float]) -> Model:
    """Adler 2020; the parameter ``influx`` is set pulse by pulse."""
    return Model(
        {
            "F": "(fibroblast_growth_per_day * P / (pdgf_half_per_ml + P)"
            " * (1 - F / capacity_per_ml) - fibroblast_loss_per_day) * F",
            "M": "(macrophage_growth_per_day * C / (csf_half_per_ml + C)"
            " - macrophage_loss_per_day) * M + influx",
            "C": "1440 * csf_by_fibroblast_per_min * F - factor_loss_per_day * C"
            " - 1440 * csf_uptake_per_min * M * C / (csf_half_per_ml + C)",
            "P": "1440 * pdgf_by_macrophage_per_min * M + 1440 * pdgf_by_fibroblast_per_min * F"
            " - 1440 * pdgf_uptake_per_min * F * P / (pdgf_half_per_ml + P)"
            " - factor_loss_per_day * P",
        },
        {"F": numbers["start_per_ml"], "M": numbers["start_per_ml"], "C": 0.0, "P": 0.0},
        numbers | {"influx": 0.0},
    )


def halloy(months: tuple[float, float, float], start: tuple[float, float, float]) -> Model:
    """Halloy 2002, the deterministic limit of the follicular automaton; months."""
    return Model(
        {"A": "L / mu_L - A / mu_A", "T": "A / mu_A - T / mu_T", "L": "T / mu_T - L / mu_L"},
        dict(zip("ATL", start, strict=True)),
        dict(zip(("mu_A", "mu_T", "mu_L"), months, strict=True)),
    )


def slopes(model: Model) -> Callable[[float, np.ndarray, float], list[float]]:
    """dy/dt as a function of time, state and influx, from the model's text."""

    def python(text: str) -> str:
        return text.replace("^", "**")

    computed = [(n, compile(python(t), n, "eval")) for n, t in model.assignments.items()]
    change = [compile(python(t), n, "eval") for n, t in model.equations.items()]

    def slope(_: float, y: np.ndarray, influx: float = 0.0) -> list[float]:
        names = model.numbers | {"influx": influx} | dict(zip(model.equations, y, strict=True))
        for name, text in computed:
            names[name] = eval(text, {}, names)
        return [eval(text, {}, names) for text in change]

    return slope


def sbml(model: Model) -> str:
    """The model as SBML Level 3 text."""
    document = libsbml.SBMLDocument(3, 1)
    written = document.createModel()
    computed = dict.fromkeys(model.assignments, 0.0)
    for name, value in (model.numbers | computed | model.start).items():
        parameter = written.createParameter()
        parameter.setId(name)
        parameter.setValue(float(value))
        parameter.setConstant(False)
    for create, texts in (
        (written.createAssignmentRule, model.assignments),
        (written.createRateRule, model.equations),
    ):
        for name, text in texts.items():
            rule = create()
            rule.setVariable(name)
            rule.setMath(libsbml.parseL3Formula(text))
    assert document.checkConsistency() == 0 or not document.getNumErrors(libsbml.LIBSBML_SEV_ERROR)
    return libsbml.writeSBMLToString(document)
