"""Sensitivity: what a forecast's spread is made of, and what would be worth measuring next."""

from anagen.sensitivity.indices import Index as Index
from anagen.sensitivity.indices import Indices as Indices
from anagen.sensitivity.indices import Sensitivity as Sensitivity
from anagen.sensitivity.indices import what_matters as what_matters
