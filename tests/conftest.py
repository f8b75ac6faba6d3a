"""Shared by all tests: strict numerics, and the model's numbers at their centres."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import numpy as np
import pytest
from hypothesis import settings

import anagen.scalp  # noqa: F401 - switches to float64
from anagen.compiled import keep_compiled_programs
from anagen.evidence.parameters import parameters
from anagen.model_inputs import scalp_numbers
from anagen.scalp.course import Scalp

pytest_plugins = ["stores"]  # records on both databases

# The first example of a property waits for the compiler; that is no fault of the property.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

jax.config.update("jax_numpy_dtype_promotion", "standard")
keep_compiled_programs()  # the workers share what they compile


@pytest.fixture(scope="session")
def central() -> Scalp:
    """All numbers of the model at their centres, one draw."""
    return scalp_numbers({key: np.array([p.centre]) for key, p in parameters().items()})
