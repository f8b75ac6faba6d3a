"""Compiled programs are kept per user, so that only the very first run waits for the compiler."""

from functools import cache

import jax
from platformdirs import user_cache_path


@cache
def keep_compiled_programs() -> None:
    """Point JAX to a folder that only this user can write: what lies in it is run as code."""
    if jax.config.jax_compilation_cache_dir:
        return  # the environment has already said where
    folder = user_cache_path("anagen") / "compiled"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return  # a home that cannot be written costs time, not the answer
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
