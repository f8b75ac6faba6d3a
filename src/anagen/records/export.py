"""Everything about one person as one ZIP file, for people and for programs.

It is readable by whoever has it: that somebody took it stands in the audit.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from anagen.records.actor import Actor
from anagen.records.chain import head
from anagen.records.contents import read_content
from anagen.records.of_person import OfPerson, Row, of_person
from anagen.records.refusals import NotOpened
from anagen.records.spreadsheet import as_csv
from anagen.records.store import Store

_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # a ZIP wants a time; the true ones stand in the records


@dataclass(frozen=True)
class Export:
    """What was written: the person's code, lines by table, and the files that did not open."""

    code: str
    lines: dict[str, int]
    files: int
    lost: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"code": self.code, "lines": self.lines, "files": self.files, "lost": self.lost}


def export_person(store: Store, actor: Actor, patient: str, out: BinaryIO) -> Export:
    """Write everything about one person, and note that it was taken. No more than one photograph
    is in memory. Raises `BadInput` where there is nobody."""
    with store.reading() as db:
        of_person(db, patient)  # nobody is noted who is not there
    with store.writing(actor) as entry:
        entry.note("export", "Patient", patient)
    with store.reading() as db, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        told, lost = of_person(db, patient), []
        for name, rows in told.rows.items():
            whole = json.dumps(_by_record(rows), ensure_ascii=False, indent=2)
            _add(archive, f"json/{name}.json", whole)
            _add(archive, f"tables/{name}.csv", _table(rows))
        for name, row in told.files.items():
            try:
                _add(archive, name, read_content(db, row))
            except NotOpened as fault:
                lost.append(f"{name}: {fault}")
        lines = {name: len(rows) for name, rows in told.rows.items()}
        made = Export(told.code, lines, len(told.files) - len(lost), tuple(lost))
        _add(archive, "README.txt", _readme(told, made, head(db).seq))
    return made


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
