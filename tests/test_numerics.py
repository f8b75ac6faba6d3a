"""The machine's arithmetic: JAX 0.10.2 computed wrong numbers in silence."""

import jax
import jax.numpy as jnp
import pytest


@pytest.mark.parametrize(("dtype", "rows"), [(jnp.float64, 16_385), (jnp.float32, 32_769)])
def test_compiled_row_products_equal_the_exact_squares(dtype: type, rows: int):
    """The case of jax issue 39103: row i is (i, 0, 0), so its squared length is exactly i²."""
    first = jnp.arange(rows, dtype=dtype)
    points = jnp.stack([first, jnp.zeros_like(first), jnp.zeros_like(first)], axis=1)
    identity = jnp.eye(3, dtype=dtype)
    squared = jax.jit(jax.vmap(lambda point: jnp.sum((identity @ point) ** 2)))(points)
    assert float(squared[-1]) == float(rows - 1) ** 2


def test_numbers_are_double():
    import anagen.scalp  # noqa: F401

    assert jnp.zeros(1).dtype == jnp.float64
