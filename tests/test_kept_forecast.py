"""A kept forecast reads, and is drawn, as the forecast that it was kept from."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from anagen import Patient, Protocol, simulate
from anagen.care.chart import forecast_chart
from anagen.care.table import numbers_of
from anagen.kept_forecast import KeptForecast, keep

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_what_was_kept_is_drawn_as_what_was_forecast() -> None:
    patient = Patient.read(EXAMPLES / "man.toml")
    protocol = Protocol.read(EXAMPLES / "course.toml")
    made = simulate(patient, protocol, weeks=26, draws=50)
    kept = KeptForecast.of(
        json.loads(json.dumps(keep(made))),
        json.loads(patient.model_dump_json(exclude_none=True)),
        json.loads(protocol.model_dump_json(exclude_none=True)),
    )
    for endpoint in made.draws:
        for name, values in made.band(endpoint).items():
            np.testing.assert_array_equal(kept.band(endpoint)[name], values)
    assert numbers_of(kept, None) == numbers_of(made, None)
    assert kept.change("total_density_per_cm2", 12) == made.change("total_density_per_cm2", 12)
    assert forecast_chart(kept) == forecast_chart(made)


def test_reading_a_kept_forecast_needs_no_model() -> None:
    asked = "import sys, anagen.kept_forecast, anagen.care.chart; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
