"""Fingerprints: whether a posterior still belongs to this model and these data.

The model's is of what it computes for three probes, rounded to a thousandth, so that a comment
moves nothing and a changed equation does. The data's is of the fitted arms, the contrasts and the
records of all numbers that a fitted arm is made of.
"""

import hashlib
import json
from dataclasses import asdict

import numpy as np

from anagen.calibration.arm_courses import endpoint
from anagen.courses import courses
from anagen.evidence.contrasts import contrasts
from anagen.evidence.parameters import draws, parameters
from anagen.evidence.trials import trials
from anagen.model_inputs import person_of, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp.numbers import Scalp

_MAN = {"age": 35, "sex": "male", "condition": "androgenetic_alopecia"}
_WOMAN = {"age": 45, "sex": "female", "condition": "female_pattern_hair_loss"}
_NEEDLING = {
    "device": {"kind": "pen", "needle_mm": 1.0},
    "course": {"sessions": 6, "interval_days": 21},
}
PROBES = (
    (_MAN, _NEEDLING | {"topicals": [{"drug": "minoxidil"}]}),
    (_MAN, {"course": {"sessions": 0}, "medicines": [{"drug": "finasteride", "mg_per_day": 1}]}),
    (_WOMAN, _NEEDLING | {"topicals": [{"drug": "growth_factors"}]}),
)
_WEEKS = 52
_DRAWS = 50
_ROUNDED_TO = 1e-3
_BESIDE = ("trial", "observation", "usual", "hormones")  # what else a fitted arm is made of


def of_model() -> str:
    """The fingerprint of what the model computes."""
    said = hashlib.sha256()
    drawn = draws(_DRAWS, 0)
    for person, done in PROBES:
        patient, protocol = Patient.model_validate(person), Protocol.model_validate(done)
        told = person_of(patient, drawn, protocol), treatment_of(protocol, _DRAWS)
        (outcome,) = courses([told], drawn, patient.condition, _WEEKS)
        for name in ("total_density", "nonvellus_density", "terminal_density", "diameter"):
            shown = endpoint(name, outcome.by_week)
            said.update(np.round(shown / _ROUNDED_TO).astype(np.int64).tobytes())
    return said.hexdigest()


def of_data() -> str:
    """The fingerprint of the data and of the priors."""
    fitted = [asdict(arm) for arm in trials() if arm.role == "calibration"]
    for arm in fitted:
        del arm["note"], arm["adverse_events"]  # words that no fit reads
    compared = [asdict(contrast) for contrast in contrasts()]
    records = {
        key: [record.distribution, dict(record.shape), record.spread]
        for key, record in parameters().items()
        if key.partition(".")[0] in (*Scalp.__annotations__, *_BESIDE)
    }
    text = json.dumps([fitted, compared, records], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
