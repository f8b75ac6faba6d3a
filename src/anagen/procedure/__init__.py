"""The day of a session: numbing, the steps in their order, and what may go wrong afterwards.

It supports a clinician and decides nothing. Needling a scalp for hair is off-label.
"""

from anagen.procedure.anaesthetic import Allowed as Allowed
from anagen.procedure.anaesthetic import Refused as Refused
from anagen.procedure.anaesthetic import largest_grams as largest_grams
from anagen.procedure.anaesthetic import numbing_dose as numbing_dose
