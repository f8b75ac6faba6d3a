"""Expected benefit: what trials say of each option for one person, beside doing nothing.

The rows come from ``evidence/benefit.toml``; each option is screened for this very person, so that
a number never stands there without what speaks against the option.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from anagen.evidence.benefit import Benefit, Expectation, Kind, Level, benefits, expectations
from anagen.patient import Patient
from anagen.protocol import Course, Device, Protocol, Tablet, Topical
from anagen.screening import Screening, screen
from anagen.screening.decision import Decision

NAMES: MappingProxyType[Kind, str] = MappingProxyType(
    {
        "nothing": "Doing nothing",
        "minoxidil": "Minoxidil on the skin",
        "needling": "Needling alone",
        "needling_minoxidil": "Needling with minoxidil",
        "needling_triamcinolone": "Needling with triamcinolone",
        "injected_triamcinolone": "Triamcinolone by injection",
        "prp": "Platelet-rich plasma (PRP)",
        "finasteride": "Finasteride by mouth",
        "dutasteride": "Dutasteride by mouth",
        "oral_minoxidil": "Minoxidil by mouth",
        "spironolactone": "Spironolactone by mouth",
    }
)
_MG_PER_DAY = {"finasteride": 1.0, "dutasteride": 0.5, "oral_minoxidil": 2.5, "spironolactone": 100}
_LEVELS: tuple[Level, ...] = ("established", "limited", "none")


@dataclass(frozen=True)
class Row:
    """One option: what trials say of it, and what the screening says of it for this person."""

    kind: Kind
    name: str
    benefit: Benefit
    decision: Decision | None  # of the screening of this option; None: nothing to screen
    against: tuple[str, ...]  # what speaks against it, from the findings that decide

    def as_dict(self) -> dict[str, Any]:
        """The option as plain data for JSON."""
        told = vars(self) | {"benefit": {**vars(self.benefit), "source": self.benefit.citation}}
        return told | {"against": list(self.against)}


@dataclass(frozen=True)
class Expected:
    """All options for one person, the best supported first, and what happens by itself."""

    condition: str  # whose evidence it is
    nothing: Row | None  # None: without a diagnosis there is no course to expect
    rows: tuple[Row, ...]
    expectations: tuple[Expectation, ...]  # of what has evidence and is not held back

    def as_dict(self) -> dict[str, Any]:
        """The expected benefit as plain data for JSON."""
        return {
            "condition": self.condition,
            "nothing": self.nothing.as_dict() if self.nothing else None,
            "rows": [row.as_dict() for row in self.rows],
            "expectations": [
                {"said": one.said, "source": one.citation, "certainty": one.certainty}
                for one in self.expectations
            ],
            "off_label": True,
        }


def expected_benefit(patient: Patient) -> Expected:
    """What may be expected of each option for one person, doing nothing beside it.

    A woman with pattern loss is given the evidence of women, whatever her diagnosis is called.
    Without a diagnosis there are no rows: nothing can be expected of an unknown disease.
    """
    condition: str = patient.condition
    if condition == "androgenetic_alopecia" and patient.sex == "female":
        condition = "female_pattern_hair_loss"
    kinds = [kind for of, kind in benefits() if of == condition]
    rows = [_row(kind, benefits()[condition, kind], patient) for kind in kinds]  # type: ignore[arg-type]  # checked on loading
    nothing = next((row for row in rows if row.kind == "nothing"), None)
    options = [row for row in rows if row.kind != "nothing"]
    open_to = (row for row in options if row.decision in {"proceed", "caution"})
    supported = {row.kind for row in open_to if row.benefit.level != "none"}
    return Expected(
        condition=condition,
        nothing=nothing,
        rows=tuple(sorted(options, key=lambda row: _LEVELS.index(row.benefit.level))),
        expectations=tuple(
            one for one in expectations() if options and (not one.kinds or supported & {*one.kinds})
        ),
    )


def _row(kind: Kind, benefit: Benefit, patient: Patient) -> Row:
    protocol = _protocol(kind)
    found = screen(patient, protocol) if protocol else None
    return Row(
        kind=kind,
        name=NAMES[kind],
        benefit=benefit,
        decision=found.decision if found else None,
        against=_against(found) if found else (),
    )


def _against(screening: Screening) -> tuple[str, ...]:
    """The findings that decide, in words; nothing speaks against what may proceed."""
    if screening.decision == "proceed":
        return ()
    return tuple(f.title for f in screening.findings if f.leads_to == screening.decision)


def _protocol(kind: Kind) -> Protocol | None:
    """The plainest protocol of one kind, for the screening alone.

    An injection breaks the skin as a needle does, so it is screened as one.
    """
    if kind == "nothing":
        return None
    if kind in _MG_PER_DAY:
        tablet = Tablet.model_validate({"drug": kind, "mg_per_day": _MG_PER_DAY[kind]})
        return Protocol(course=Course(sessions=0), medicines=(tablet,))
    topicals = {
        "minoxidil": (Topical(drug="minoxidil"),),
        "needling_minoxidil": (Topical(drug="minoxidil", hold_hours=24),),
        "needling_triamcinolone": (Topical(drug="triamcinolone", sterile=True),),
        "injected_triamcinolone": (Topical(drug="triamcinolone", sterile=True),),
        "prp": (Topical(drug="prp"),),
    }.get(kind, ())
    if kind == "minoxidil":
        return Protocol(course=Course(sessions=0), topicals=topicals)
    device = Device(kind="pen", needle_mm=0.6)
    return Protocol(device=device, course=Course(sessions=1), topicals=topicals)
