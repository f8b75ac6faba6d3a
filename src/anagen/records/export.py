"""Everything about one person as one ZIP file, for people and for programs.

It is readable by whoever has it: that somebody took it stands in the audit.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import RawIOBase
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from anagen.records.actor import Actor
from anagen.records.chain import head
from anagen.records.contents import read_content
from anagen.records.of_person import OfPerson, Row, of_person
from anagen.records.refusals import NotOpened
from anagen.records.spreadsheet import as_csv
from anagen.records.store import Store

_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # a ZIP wants a time; the true ones stand in the records


@dataclass
class Export:
    """Everything about one person: ``code``, and lines by table. After `pieces` was gone through:
    how many files, and those that are damaged and missing."""

    store: Store
    patient: str
    code: str
    lines: dict[str, int]
    files: int = 0
    lost: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"code": self.code, "lines": self.lines, "files": self.files, "lost": self.lost}

    def pieces(self) -> Iterator[bytes]:
        """The ZIP file piece by piece, so that no more than one photograph is in memory, and
        nothing readable on the disk."""
        out = _Out()
        with self.store.reading() as db, ZipFile(out, "w", ZIP_DEFLATED) as archive:
            told = of_person(db, self.patient)
            for name, rows in told.rows.items():
                whole = json.dumps(_by_record(rows), ensure_ascii=False, indent=2)
                _add(archive, f"json/{name}.json", whole)
                _add(archive, f"tables/{name}.csv", _table(rows))
                yield out.taken()
            for name, row in told.files.items():
                try:
                    _add(archive, name, read_content(db, row))
                    self.files += 1
                except NotOpened as fault:
                    self.lost.append(f"{name}: {fault}")
                yield out.taken()
            self.lines = {name: len(rows) for name, rows in told.rows.items()}
            _add(archive, "README.txt", _readme(told, self, head(db).seq))
        yield out.taken()


def export_person(store: Store, actor: Actor, patient: str) -> Export:
    """Note that everything about one person is taken. Raises `BadInput` where there is nobody."""
    with store.writing(actor) as entry:
        told = of_person(entry.db, patient)
        entry.note("export", "Patient", patient)
    lines = {name: len(rows) for name, rows in told.rows.items()}
    return Export(store, patient, told.code, lines)


class _Out(RawIOBase):
    """A file that is only written, and emptied as it is handed over."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held


def _by_record(rows: Sequence[Row]) -> list[Any]:
    """Versions under their record; other rows as they are."""
    if not rows or "supersedes" not in rows[0]:
        return list(rows)
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        versions[row["record"]].append(row)
    return [{"record": record, "versions": held} for record, held in versions.items()]


def _table(rows: Sequence[Row]) -> str:
    columns = list(rows[0]) if rows else []
    return as_csv(columns, ([_cell(row[name]) for name in columns] for row in rows))


def _cell(value: Any) -> Any:
    structured = isinstance(value, dict | list)
    return json.dumps(value, ensure_ascii=False) if structured else value


def _add(archive: ZipFile, name: str, content: str | bytes) -> None:
    info = ZipInfo(name, _WRITTEN_AT)
    info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
    archive.writestr(info, content)


def _readme(told: OfPerson, made: Export, entry: int) -> str:
    lines = "\n".join(f"  {name.replace('_', ' ')}: {count}" for name, count in made.lines.items())
    missing = "\nThese files are damaged and missing here:\n" + "\n".join(made.lost) + "\n"
    return README.format(
        name=told.name, code=told.code, entry=entry, lines=lines, files=made.files,
        lost=missing if made.lost else "",
    )  # fmt: skip


README = """\
Everything that this practice keeps about {name} ({code})
as of entry {entry} of its audit

What is here
  tables/       one table for each kind of record, to open in a spreadsheet
  json/         the same for programs, with all versions of a record together
  photographs/  the photographs
  documents/    the documents

Nothing is ever overwritten. When something is corrected, a new version is kept beside the old one.
In each table a line is one version. "stands" says whether it holds today. "recorded_at",
"recorded_by_name" and "reason" say when it was written, by whom, and why it was changed.
"signatures" says who stands for which version. "audit" says who did what with these records.
Text that a spreadsheet could take for a formula has an apostrophe before it in tables/.
Times are in UTC. Empty means unknown.

How many lines each table has
{lines}
Files with photographs and documents: {files}
{lost}"""
