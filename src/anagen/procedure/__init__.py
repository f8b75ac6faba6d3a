"""The day of a session: numbing, the steps in their order, and what may go wrong afterwards.

It supports a clinician and decides nothing. Needling a scalp for hair is off-label.
"""

from anagen.procedure.adverse_event import AdverseEvent as AdverseEvent
from anagen.procedure.adverse_event import Assessment as Assessment
from anagen.procedure.adverse_event import assess as assess
from anagen.procedure.anaesthetic import Allowed as Allowed
from anagen.procedure.anaesthetic import Refused as Refused
from anagen.procedure.anaesthetic import largest_grams as largest_grams
from anagen.procedure.anaesthetic import numbing_dose as numbing_dose
from anagen.procedure.consent import ConsentPage as ConsentPage
from anagen.procedure.consent import consent_page as consent_page
from anagen.procedure.sheet import Sheet as Sheet
from anagen.procedure.sheet import procedure_sheet as procedure_sheet
