"""How well a number is known. A grade is carried along and never raised."""

from typing import Literal

Grade = Literal["full_text", "abstract", "secondary", "memory", "assumption"]

MEANING: dict[Grade, str] = {
    "full_text": "read in the source itself",
    "abstract": "read in the source's abstract",
    "secondary": "read in a review, a label copy or another second-hand source",
    "memory": "recalled, not checked again",
    "assumption": "assumed by this project; no measurement was found",
}
