"""The scalp: what a course of needling sets going, from the needle to the hair.

Pure functions of arrays: no files, no clocks, no printing, and nothing of ours but itself. Every
array has the draws on its last axis. Each mechanism is one file and declares the numbers that it
needs as a NamedTuple of arrays; their records stand in ``evidence/parameters.toml`` under the
same names. Computed in float64: the hair cycle's slow drift is lost in float32.
"""

import jax

jax.config.update("jax_enable_x64", True)
