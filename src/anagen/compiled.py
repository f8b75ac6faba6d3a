"""Compiled programs are kept per user, so that only the very first run waits for the compiler.

Two things are kept: what JAX compiles (its own cache), and a course as JAX hands it to the
compiler, since working that out anew from Python takes as long as loading the compiled program.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jax
from jax import export
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


def program(
    function: Callable[..., Any], name: str, arrays: Sequence[Any]
) -> Callable[[Sequence[Any]], Any]:
    """``function`` of a list of arrays, compiled for arrays of these shapes and types.

    ``name`` tells it from others of the same code. It returns plain tuples, lists and dicts.
    """
    shapes = [jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays]
    kept = _kept_at(name, shapes)
    exported = _read(kept)
    if exported is None:
        exported = export.export(jax.jit(function))(shapes)
        _write(kept, exported)
    return jax.jit(exported.call).lower(shapes).compile()


def _kept_at(name: str, shapes: Sequence[jax.ShapeDtypeStruct]) -> Path | None:
    """Where a program of this code, these shapes and this JAX is kept; None where nowhere."""
    folder = jax.config.jax_compilation_cache_dir
    if not folder:
        return None
    code = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "scalp").rglob("*.py")):
        code.update(path.read_bytes())
    said = f"{name} {jax.__version__} {jax.default_backend()} {shapes} {code.hexdigest()}"
    return Path(folder) / f"anagen-{hashlib.sha256(said.encode()).hexdigest()}.program"


def _read(kept: Path | None) -> export.Exported | None:
    try:
        return export.deserialize(bytearray(kept.read_bytes())) if kept else None
    except (OSError, ValueError):
        return None  # not there, or cut off: it is made anew


def _write(kept: Path | None, exported: export.Exported) -> None:
    if kept is None:
        return
    try:
        # Whole or not at all: another process may be reading.
        part = kept.with_suffix(f".{id(exported)}.part")
        part.write_bytes(exported.serialize())
        part.replace(kept)
    except OSError:
        return
