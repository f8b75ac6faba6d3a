"""What the records cost: 100,000 sessions of 10,000 people in one encrypted file.

    python benchmarks/records.py [SESSIONS]

Beside it the same rows and indexes in a plain file, asked the same by Python's own sqlite3: what
stands between the two is encryption, the audit, and rows as objects. Wall seconds of a machine that
may be shared; each measurement in a process of its own, so that its peak memory is its own.
"""

import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

KEY = bytes(range(32))
FIRST = datetime(2021, 1, 4, 9, tzinfo=UTC)
A_PERSON = 10  # sessions
A_LOT = 50  # sessions, about
TIMES = 20
SESSION = """
SELECT s.*, p.given_name, p.family_name FROM lot l
JOIN session_record s ON s.id = l.session JOIN patient p ON p.record = s.patient
WHERE l.lot_key = ?
AND NOT s.withdrawn AND NOT EXISTS (SELECT 1 FROM session_record n WHERE n.supersedes = s.id)
AND NOT EXISTS (SELECT 1 FROM patient n WHERE n.supersedes = p.id)
ORDER BY s.performed_at DESC
"""
ROWS = """
SELECT * FROM {table} t WHERE patient = ? AND NOT withdrawn
AND NOT EXISTS (SELECT 1 FROM {table} n WHERE n.supersedes = t.id) ORDER BY recorded_at, id
"""


def keys() -> Any:
    """One fixed key."""
    from anagen.records.keys import Keys

    return Keys({"0" * 16: KEY}, "0" * 16)


def fill(path: Path, sessions: int) -> dict[str, float]:
    """Write the sessions through entries, a hundred people in each."""
    from anagen.records.actor import SYSTEM
    from anagen.records.store import create_store
    from anagen.records.tables import HairCount, Patient, SessionRecord

    chance = random.Random(7)
    began = time.perf_counter()
    with closing(create_store(path, keys())) as store:
        for people in batched(range(sessions // A_PERSON), 100):
            with store.writing(SYSTEM) as entry:
                for person in people:
                    patient = entry.add(
                        Patient(
                            given_name=f"Given {person}",
                            family_name=f"Family {person}",
                            born=date(1960, 1, 1) + timedelta(days=person % 16_000),
                            clinic_number=str(person),
                            facts={"age": 40.0, "sex": "male", "condition": "undiagnosed"},
                        )
                    ).record
                    for number in range(A_PERSON):
                        at = FIRST + timedelta(days=person % 1500 + 28 * number)
                        entry.add(
                            SessionRecord(
                                patient=patient,
                                number=number + 1,
                                performed_at=at,
                                operator="Ada Ferrer",
                                cartridge_lot=f"C-{chance.randrange(sessions // A_LOT)}",
                                zones=[{"zone": "vertex", "depth_mm": 0.6, "passes": 4}],
                                topicals=[{"product": "minoxidil", "lot": f"M-{at:%Y%m}"}],
                            )
                        )
                    entry.add(
                        HairCount(
                            patient=patient,
                            on=FIRST.date(),
                            site="vertex",
                            method="phototrichogram",
                            total_density_per_cm2=152.0,
                        )
                    )
    took = time.perf_counter() - began
    return {"seconds": took, "rows/s": sessions * 1.2 / took, "file MB": size_mb(path)}


def plain_copy(path: Path) -> None:
    """The same tables, indexes and rows in a file that is not encrypted."""
    import sqlcipher3.dbapi2 as sqlcipher

    from anagen.records.keys import Keys

    file_key = Keys({"0" * 16: KEY}, "0" * 16).derived("file").hex()
    with closing(sqlcipher.connect(str(path))) as connection:  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA key = \"x'{file_key}'\"")
        connection.execute(f"ATTACH '{path}.plain' AS plain KEY ''")
        connection.execute("SELECT sqlcipher_export('plain')")


def ours(path: Path) -> dict[str, float]:
    """The questions of a practice, asked of the records."""
    from anagen.records.actor import SYSTEM
    from anagen.records.current import current
    from anagen.records.people import find
    from anagen.records.recall import recall
    from anagen.records.store import open_store
    from anagen.records.tables import CLINICAL, HairCount, OfPatient

    began = time.perf_counter()
    with closing(open_store(path, keys())) as store:
        opened = time.perf_counter() - began
        with store.reading() as db:
            who = find(db, "family 77")[0].record

        def rows() -> int:
            with store.reading() as db:
                return sum(
                    len(current(db, table, table.patient == who))
                    for table in CLINICAL
                    if issubclass(table, OfPatient)
                )

        def used(lot: str) -> int:
            with store.reading() as db:
                return recall(db, lot).number

        def people() -> int:
            with store.reading() as db:
                return len(find(db, "family 77"))

        def save() -> None:
            with store.writing(SYSTEM) as entry:
                entry.add(HairCount(patient=who, on=FIRST.date(), site="vertex", method="x"))

        return {
            "open": opened,
            "recall of a lot": typical(lambda: used("C-77")),
            "recall of a lot that a month used": typical(lambda: used("M-202203"), 3),
            "one patient's rows": typical(rows),
            "search of a name": typical(people),
            "one save, confirmed": typical(save),
            "peak MB": peak_mb(),
        }


def plain(path: Path) -> dict[str, float]:
    """The same asked of the plain file."""
    began = time.perf_counter()
    with closing(sqlite3.connect(f"{path}.plain")) as db:
        db.execute("SELECT count(*) FROM patient").fetchone()
        opened = time.perf_counter() - began
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE saved (at TEXT, what TEXT)")
        named = "SELECT * FROM patient WHERE search LIKE ? LIMIT 100"
        (who,) = db.execute(
            "SELECT record FROM patient WHERE search LIKE '%family 77 %'"
        ).fetchone()
        tables = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if ("patient",)
            in db.execute(f"SELECT name FROM pragma_table_info('{name}')").fetchall()
        ]

        def rows() -> int:
            return sum(
                len(db.execute(ROWS.format(table=table), [who]).fetchall()) for table in tables
            )

        def save() -> None:
            with db:
                db.execute("INSERT INTO saved VALUES ('2026-01-01', 'x')")

        return {
            "open": opened,
            "recall of a lot": typical(lambda: db.execute(SESSION, ["c77"]).fetchall()),
            "recall of a lot that a month used": typical(
                lambda: db.execute(SESSION, ["m202203"]).fetchall(), 3
            ),
            "one patient's rows": typical(rows),
            "search of a name": typical(lambda: db.execute(named, ["%family 77%"]).fetchall()),
            "one save, confirmed": typical(save),
            "peak MB": peak_mb(),
        }


def whole(path: Path) -> dict[str, float]:
    """Everything verified."""
    from anagen.records.audit import verify
    from anagen.records.store import open_store

    with closing(open_store(path, keys())) as store:
        began = time.perf_counter()
        report = verify(store)
        assert report.whole, report.sentence
        return {"seconds": time.perf_counter() - began, "rows": report.rows, "peak MB": peak_mb()}


def typical(call: Callable[[], object], times: int = TIMES) -> float:
    """Median seconds of several calls."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return sorted(took)[times // 2]


def peak_mb() -> float:
    """Most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def size_mb(path: Path) -> float:
    """The size of a file."""
    return path.stat().st_size / 1e6


def own_process(what: str, path: Path, *more: int) -> dict[str, float]:
    """What one of the measurements above finds in a process of its own."""
    made = subprocess.run(
        [sys.executable, __file__, what, str(path), *map(str, more)],
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(made.stdout)


def main() -> None:
    if len(sys.argv) > 2:
        what, path, *more = sys.argv[1:]
        measure = {"fill": fill, "ours": ours, "plain": plain, "whole": whole}[what]
        print(json.dumps(measure(Path(path), *map(int, more))))
        return
    sessions = int(sys.argv[1]) if sys.argv[1:] else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "practice.anagen"
        filled = own_process("fill", path, sessions)
        plain_copy(path)
        checked = own_process("whole", path)
        encrypted, bare = own_process("ours", path), own_process("plain", path)
        size, size_plain = size_mb(path), size_mb(Path(f"{path}.plain"))
    print(f"| {sessions:,} sessions | the records | plain sqlite3 |\n|---|---:|---:|")
    for name, seconds in encrypted.items():
        if name != "peak MB":
            print(f"| {name}, ms | {1e3 * seconds:,.1f} | {1e3 * bare[name]:,.1f} |")
    print(f"| peak memory, MB | {encrypted['peak MB']:,.0f} | {bare['peak MB']:,.0f} |")
    print(f"| size of the file, MB | {size:,.0f} | {size_plain:,.0f} |")
    print(
        f"\nWritten through entries in {filled['seconds']:,.0f} s, "
        f"{filled['rows/s']:,.0f} rows/s; "
        f"verified in {checked['seconds']:,.0f} s ({checked['rows']:,.0f} rows, "
        f"{checked['peak MB']:,.0f} MB)."
    )


if __name__ == "__main__":
    main()
