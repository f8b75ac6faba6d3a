"""All numbers of the model, gathered from the mechanisms that declare them."""

from typing import NamedTuple

from jax import Array

from anagen.scalp import closure, delivery, endpoints, follicles, healing, matrix, needling
from anagen.scalp import perfusion as flow
from anagen.scalp.anatomy import Anatomy
from anagen.scalp.carried import Carried
from anagen.scalp.conditions.areata import Areata
from anagen.scalp.conditions.cicatricial import Cicatricial
from anagen.scalp.conditions.effluvium import Effluvium
from anagen.scalp.conditions.pattern import Pattern
from anagen.scalp.conditions.senescent import Senescent
from anagen.scalp.fibrosis import Fibrosis
from anagen.scalp.immune_privilege import ImmunePrivilege
from anagen.scalp.inflammation import Inflammation
from anagen.scalp.macrophages import Macrophages
from anagen.scalp.medicines import Medicines
from anagen.scalp.oxygen import Oxygen
from anagen.scalp.permeants import Permeants
from anagen.scalp.sulfation import Sulfation
from anagen.scalp.vehicle import Vehicle


class Effects(NamedTuple):
    """Numbers of the coupling, each (draws,)."""

    signal_on_exit: Array
    signal_on_anagen: Array
    signal_on_thickness: Array
    minoxidil_on_exit: Array
    minoxidil_on_anagen: Array
    minoxidil_on_thickness: Array
    minoxidil_half_dose: Array
    minoxidil_onset_days: Array
    most_exit_factor: Array
    fibrosis_on_fall: Array


class Scalp(NamedTuple):
    """All numbers of the model, each (draws,); one field per mechanism and condition."""

    anatomy: Anatomy
    needling: needling.Needling
    closure: closure.Closure
    delivery: delivery.Delivery
    vehicle: Vehicle
    permeants: Permeants
    carried: Carried
    sulfation: Sulfation
    healing: healing.Healing
    matrix: matrix.Matrix
    inflammation: Inflammation
    macrophages: Macrophages
    fibrosis: Fibrosis
    perfusion: flow.Perfusion
    oxygen: Oxygen
    medicines: Medicines
    follicles: follicles.Cycle
    endpoints: endpoints.Endpoints
    effects: Effects
    pattern: Pattern
    areata: Areata
    immune_privilege: ImmunePrivilege
    effluvium: Effluvium
    senescent: Senescent
    cicatricial: Cicatricial
