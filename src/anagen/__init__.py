"""anagen: scalp microneedling, from a person's file to a screened, forecast, explained plan.

Everything here is loaded on first use, so that what does not compute does not wait for JAX.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anagen.counts import Counts as Counts
    from anagen.followup import FollowUp as FollowUp
    from anagen.followup import follow_up as follow_up
    from anagen.forecast import Forecast as Forecast
    from anagen.forecast import simulate as simulate
    from anagen.patient import Patient as Patient
    from anagen.planning import Plan as Plan
    from anagen.planning import plan as plan
    from anagen.protocol import Protocol as Protocol
    from anagen.reading import BadInput as BadInput
    from anagen.screening import Screening as Screening
    from anagen.screening import screen as screen
    from anagen.sensitivity import Sensitivity as Sensitivity
    from anagen.sensitivity import what_matters as what_matters
    from anagen.trial import TrialResult as TrialResult
    from anagen.trial import TrialSpec as TrialSpec
    from anagen.trial import read_trial as read_trial
    from anagen.trial import run_trial as run_trial

_HOME = {
    "BadInput": "anagen.reading",
    "Counts": "anagen.counts",
    "FollowUp": "anagen.followup",
    "Forecast": "anagen.forecast",
    "Patient": "anagen.patient",
    "Plan": "anagen.planning",
    "Protocol": "anagen.protocol",
    "Screening": "anagen.screening",
    "Sensitivity": "anagen.sensitivity",
    "TrialResult": "anagen.trial.result",
    "TrialSpec": "anagen.trial",
    "follow_up": "anagen.followup",
    "plan": "anagen.planning",
    "read_trial": "anagen.trial",
    "run_trial": "anagen.trial",
    "screen": "anagen.screening",
    "simulate": "anagen.forecast",
    "what_matters": "anagen.sensitivity",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'anagen' has no attribute {name!r}")
    globals()[name] = getattr(import_module(_HOME[name]), name)
    return globals()[name]
