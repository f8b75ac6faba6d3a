"""The microscope for one person and one course: minoxidil put on freshly needled skin.

Central numbers, no draws: a picture that explains, not a forecast. The film is put on at once, as
some trials did; a hold would find the channels closed, and the picture empty.
"""

from typing import TYPE_CHECKING

import numpy as np

from anagen.care.microscope import microscope
from anagen.evidence.parameters import parameters
from anagen.model_inputs import person_of, scalp_numbers, treatment_of
from anagen.reading import BadInput
from anagen.scalp import anatomy, closure, delivery, needling
from anagen.scalp.unit_cell import Film, session
from anagen.scalp.unit_cell_grid import Geometry, grid
from anagen.scalp.unit_cell_modes import Tissue
from anagen.scalp.units import (
    MG_PER_ML_PER_PERCENT,
    SECONDS_PER_HOUR,
    UG_PER_MG,
    UM_PER_CM,
)

if TYPE_CHECKING:
    from anagen.patient import Patient
    from anagen.protocol import Protocol

HOURS = (1 / 60, 1 / 6, 1.0, 6.0, 24.0)


def microscope_of(patient: "Patient", protocol: "Protocol", *, collapsed: bool = False) -> str:
    """SVG of the drug around one channel of this course, at a few times, in the protocol's zone.

    Raises `BadInput` for a protocol without needling or without minoxidil.
    """
    if protocol.course.sessions == 0 or protocol.topical("minoxidil") is None:
        raise BadInput("the microscope needs a protocol with needling sessions and minoxidil.")
    central = {key: np.array([record.centre]) for key, record in parameters().items()}
    p = scalp_numbers(central)
    person = person_of(patient, central, protocol)
    treatment = treatment_of(protocol, 1)
    made = needling.channels(treatment.device, p.needling)
    geometry = Geometry(
        density_per_cm2=float(made.density_per_cm2[0]),
        depth_mm=float(made.depth_mm[0]),
        mouth_radius_um=float(made.mouth_radius_um[0]),
        epidermis_um=float(anatomy.epidermis_um(person.is_male, p.anatomy)[0]),
        skin_mm=float(anatomy.skin_mm(person.zone, person.is_male, p.anatomy)[0]),
    )
    use, d = treatment.minoxidil, p.delivery
    dermis = float(
        delivery.dermal_diffusion_cm2_s(d.minoxidil_molar_mass_g_mol, d)[0] * SECONDS_PER_HOUR
    )
    tissue = Tissue(
        epidermis_cm2_h=_recorded("epidermal_to_dermal_diffusion") * dermis,
        dermis_cm2_h=dermis,
        clearance_per_h=float(d.dermal_clearance_per_h[0]),
        surface_cm_h=float(
            delivery.skin_permeability_cm_h(d.minoxidil_log_kow, d.minoxidil_molar_mass_g_mol, d)[0]
        ),
    )
    strength_ug_ml = float(use.strength_percent[0]) * MG_PER_ML_PER_PERCENT * UG_PER_MG
    film = Film(
        amount_ug_cm2=strength_ug_ml * float(use.dose_ml[0]) / float(use.area_cm2[0]),
        thickness_cm=_recorded("film_residue_um") / UM_PER_CM,
        solubility_ug_ml=float(d.minoxidil_solubility_mg_ml[0]) * UG_PER_MG,
    )
    cells = grid(geometry)
    clock = closure.barrier(
        closure.telling_assay(p.closure), made.depth_mm, person.circumstances, p.closure
    )
    tau = float(closure.hours_until(np.exp(-1.0), clock)[0])
    seen = session(
        cells, tissue, film, HOURS, closing_tau_h=tau, channel="collapsed" if collapsed else "open"
    )
    return microscope(
        geometry,
        cells,
        seen,
        HOURS,
        collapsed=collapsed,
        stratum_corneum_um=_recorded("stratum_corneum_um"),
    )


def _recorded(name: str) -> float:
    return parameters()[f"unit_cell.{name}"].centre
