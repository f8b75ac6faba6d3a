"""The gate: may this scalp be needled? Rules are data, the worst finding decides."""

from anagen.screening.decision import BARRED as BARRED
from anagen.screening.decision import Finding as Finding
from anagen.screening.decision import Screening as Screening
from anagen.screening.decision import Unknown as Unknown
from anagen.screening.engine import screen as screen
