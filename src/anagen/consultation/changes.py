"""What to look at or change when a course does not help, in order, for one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from anagen.evidence.parameters import parameters
from anagen.evidence.rules import CERTAINTIES
from anagen.evidence.sources import BadRecord, Source, in_one_line, read_records, sources
from anagen.patient import Patient
from anagen.protocol import Protocol

_NEEDED = {"do", "why", "sources", "certainty"}
_OPTIONAL = {"conditions", "sexes", "needs", "when_worse"}
_NEEDS = ("", "minoxidil", "needling")


@dataclass(frozen=True)
class Change:
    """One thing to look at or to change."""

    key: str
    do: str
    why: str
    sources: tuple[Source, ...]
    certainty: str
    conditions: tuple[str, ...] = ()  # for whom; none: everybody
    sexes: tuple[str, ...] = ()
    needs: str = ""  # what the protocol must hold
    when_worse: bool = False  # also where hair went, not only where none came

    @property
    def citation(self) -> str:
        """All sources, readable."""
        return in_one_line(self.sources)

    def as_dict(self) -> dict[str, Any]:
        """The change as plain data for JSON."""
        told = ("key", "do", "why", "certainty")
        return {name: getattr(self, name) for name in told} | {"source": self.citation}


def changes_for(patient: Patient, protocol: Protocol | None = None) -> tuple[Change, ...]:
    """What one person should look at or change, first things first.

    Without a protocol it is not known whether there is minoxidil or needling; all is named then.
    Somebody whose hair sulfotransferase was measured and is high enough is not sent to be tested.
    """
    return tuple(change for change in changes() if _concerns(change, patient, protocol))


def _concerns(change: Change, patient: Patient, protocol: Protocol | None) -> bool:
    if change.conditions and patient.condition not in change.conditions:
        return False
    if change.sexes and patient.sex not in change.sexes:
        return False
    if change.needs == "needling" and protocol is not None:
        return protocol.course.sessions > 0
    if change.needs == "minoxidil":
        measured = patient.sulfotransferase_od405
        responds = parameters()["sulfation.assay_cutoff_od405"].centre
        if measured is not None and measured >= responds:
            return False
        return protocol is None or protocol.topical("minoxidil") is not None
    return True


def check_changes(
    tables: Mapping[str, Any], known_sources: Mapping[str, Source]
) -> tuple[Change, ...]:
    """Typed changes from raw tables. Raises `BadRecord`, naming the record and its fault."""
    found = []
    for key, table in tables.items():
        where = f"change {key}"
        if not _NEEDED <= set(table) <= _NEEDED | _OPTIONAL:
            raise BadRecord(f"{where} needs {', '.join(sorted(_NEEDED))} and no unknown key.")
        if not (table["do"].strip() and table["why"].strip()):
            raise BadRecord(f"{where} says nothing in do or why.")
        if not table["sources"] or not set(table["sources"]) <= set(known_sources):
            raise BadRecord(f"{where} has no known source.")
        if table["certainty"] not in CERTAINTIES or table.get("needs", "") not in _NEEDS:
            raise BadRecord(f"{where} has an unknown certainty or need.")
        found.append(
            Change(
                key=key,
                do=table["do"],
                why=table["why"],
                sources=tuple(known_sources[source] for source in table["sources"]),
                certainty=table["certainty"],
                conditions=tuple(table.get("conditions", ())),
                sexes=tuple(table.get("sexes", ())),
                needs=table.get("needs", ""),
                when_worse=table.get("when_worse", False),
            )
        )
    return tuple(found)


@cache
def changes() -> tuple[Change, ...]:
    """All changes, in the order in which to think of them."""
    return check_changes(read_records("changes.toml"), sources())
