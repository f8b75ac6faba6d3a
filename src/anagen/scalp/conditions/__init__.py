"""Conditions: five reasons for losing hair, one interface.

Each condition is one file with one function ``modulation(person, cycle, numbers) -> Modulation``:
it says how the follicles' rates differ from health, how long they have done so, and when that
ends. To add a condition, add a file and its line in `CONDITIONS`.
"""

from anagen.scalp.conditions import areata, cicatricial, effluvium, pattern, senescent
from anagen.scalp.conditions.interface import Modulation as Modulation
from anagen.scalp.conditions.interface import Person as Person

CONDITIONS = {
    "androgenetic_alopecia": pattern,
    "female_pattern_hair_loss": pattern,
    "alopecia_areata": areata,
    "telogen_effluvium": effluvium,
    "senescent_alopecia": senescent,
    "cicatricial_alopecia": cicatricial,
}
