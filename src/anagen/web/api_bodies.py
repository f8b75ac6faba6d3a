"""What programs send: the tables that files hold, and how much is to be computed."""

from pydantic import Field

from anagen.counts import Counts, Method
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import Stated
from anagen.web.patient_form import Who

MOST_WEEKS, MOST_DRAWS = 260, 2000  # a request is answered while somebody waits
_MOST_SEED = 2**53 - 1  # the largest that every JSON reader keeps
_PATIENT = Field(description="a table as in a patient file")
_PROTOCOL = Field(description="a table as in a protocol file")


class Screened(Stated):
    """A person, and the protocol that is thought of."""

    patient: Patient = _PATIENT
    protocol: Protocol | None = Field(default=None, description="a table as in a protocol file")


class _Computed(Stated):
    """How much is computed."""

    weeks: int = Field(
        default=52,
        ge=1,
        le=MOST_WEEKS,
        description=f"a whole number of weeks from 1 to {MOST_WEEKS}",
    )
    draws: int = Field(
        default=200, ge=1, le=MOST_DRAWS, description=f"a whole number from 1 to {MOST_DRAWS}"
    )
    seed: int = Field(
        default=0, ge=0, le=_MOST_SEED, description="a whole number from 0 to 2^53 - 1"
    )


class Simulated(_Computed):
    """One course for one person."""

    patient: Patient = _PATIENT
    protocol: Protocol = _PROTOCOL
    counting: Method = Field(
        default="phototrichogram",
        description="the method that a change is held against: one of phototrichogram, "
        "phototrichogram_automatic, phototrichogram_corrected, trichoscopy_corrected or "
        "hair_to_hair",
    )


class Planned(_Computed):
    """A person whose options are to be ranked."""

    patient: Patient = _PATIENT


class FollowedUp(_Computed):
    """A course with what was counted since it began."""

    patient: Patient = _PATIENT
    protocol: Protocol = _PROTOCOL
    counts: Counts = Field(description="a table as in a counts file")


class NewPatient(Who):
    """Somebody to be entered."""

    facts: Patient = _PATIENT
