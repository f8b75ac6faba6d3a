"""A practice of made-up people: five of them, two with a whole story.

It goes through the same entries as a real one, so that every row stands in the audit. The people
are those of the examples; names, lots and counts are invented.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from anagen.accounts import passwords
from anagen.accounts.users import actor_of, add_user
from anagen.counts import Counts
from anagen.patient import Patient
from anagen.procedure import AdverseEvent, assess
from anagen.protocol import Protocol
from anagen.records import entry as entries
from anagen.records import tables
from anagen.records.actor import SYSTEM, Actor
from anagen.records.entry import Entry
from anagen.records.store import Store
from anagen.web.pages.compare import KEPT_DRAWS, SEED
from anagen.web.pages.events import assessment_as_kept
from anagen.web.pages.screening import screening_row
from anagen.web.person import plain

if TYPE_CHECKING:
    from anagen.web.forecaster import Forecaster

PASSWORD = "roots and shoots of spring"
USERS = (
    ("Olga Prat", "owner"),
    ("Clara Vidal", "clinician"),
    ("Anton Riba", "assistant"),
    ("Rosa Lindqvist", "researcher"),
)
WEEKS = 52


@dataclass(frozen=True)
class Practice:
    """What the stories are written with."""

    store: Store
    forecaster: "Forecaster"
    today: date
    clinician: Actor

    @contextmanager
    def on(self, day: date) -> Iterator[Entry]:
        """An entry of a day gone by: the demo lives through a year in a moment, so the records'
        clock is set while it is written."""
        usual, entries.now = entries.now, lambda: _noon(day)
        try:
            with self.store.writing(self.clinician) as entry:
                yield entry
        finally:
            entries.now = usual

    def before(self, **ago: float) -> date:
        """A day before today."""
        return self.today - timedelta(**ago)


def fill(store: Store, forecaster: "Forecaster") -> str:
    """Make up the practice; what is to be said of it."""
    users = _users(store)
    here = Practice(store, forecaster, date.today(), users["clinician"])
    _marco(here)
    _irene(here)
    _lucia(here)
    _only_screened(here, "Nora", "Weiss", "shedding", weeks_ago=1)
    _only_screened(here, "Adam", "Osei", "needs_no_needle", weeks_ago=0)
    lines = [f"  {role:<10}  {role}@demo.example" for role in users]
    return "\n".join(["Sign in as:", *lines, f'  password    "{PASSWORD}"'])


def _users(store: Store) -> dict[str, Actor]:
    held = passwords.new_hash(PASSWORD)
    made = {}
    for name, role in USERS:
        with store.writing(SYSTEM) as entry:
            made[role] = actor_of(add_user(entry, name, f"{role}@demo.example", role, held))
    return made


def _marco(here: Practice) -> None:
    """A course that went as planned, counted four times."""
    counts = Counts.from_table(_table("counts"), where="the demo")
    first_day = here.before(weeks=41)
    man, facts = _person(here, "Marco", "Alba", "man", first_day - timedelta(days=12))
    plan = _plan(here, man, facts, "course", first_day, first_day - timedelta(days=12))
    _consents(here, man, first_day)
    for week, count in counts.by_week():
        with here.on(first_day + timedelta(weeks=week)) as entry:
            entry.add(
                tables.HairCount(
                    patient=man,
                    on=first_day + timedelta(weeks=week),
                    **count.model_dump(include=_COUNTED),
                )
            )
    for number in range(1, 7):
        _session(here, man, plan, number, first_day + timedelta(days=14 * (number - 1)))


def _irene(here: Practice) -> None:
    """A course under way, with an event after its second session."""
    first_day = here.before(days=17)
    woman, facts = _person(here, "Irene", "Solano", "woman", first_day - timedelta(days=9))
    plan = _plan(here, woman, facts, "course", first_day, first_day - timedelta(days=9))
    _consents(here, woman, first_day)
    with here.on(first_day) as entry:
        entry.add(
            tables.HairCount(
                patient=woman,
                on=first_day,
                site="same",
                method="phototrichogram",
                area_cm2=1.0,
                total_density_per_cm2=158.0,
                terminal_density_per_cm2=123.0,
            )
        )
    second = first_day + timedelta(days=14)
    _session(here, woman, plan, 1, first_day)
    session = _session(here, woman, plan, 2, second)
    told = AdverseEvent.from_table(_table("event") | {"lot": "AN-2407"}, where="the demo")
    found = assess(told, facts, Protocol.from_table(_table("course"), where="the demo"))
    with here.on(here.today) as entry:
        entry.add(
            tables.AdverseEvent(
                patient=woman,
                session=session,
                on=here.today,
                event=plain(told),
                assessment=assessment_as_kept(found),
                urgency=found.urgency,
                kind=told.kind,
                lot=told.lot,
            )
        )


def _lucia(here: Practice) -> None:
    """A plan that waits for a signature, its first session in a few days."""
    day = here.before(days=3)
    woman, facts = _person(here, "Lucía", "Ferran", "areata", day)
    first_day = here.today + timedelta(days=4)
    _plan(here, woman, facts, "course_areata", first_day, day, signed=False)


def _only_screened(here: Practice, given: str, family: str, name: str, weeks_ago: int) -> None:
    _person(here, given, family, name, here.before(weeks=weeks_ago))


def _person(here: Practice, given: str, family: str, name: str, day: date) -> tuple[str, Patient]:
    """A patient who was seen and screened on a day."""
    facts = Patient.from_table(_table(name), where="the demo")
    with here.on(day) as entry:
        row = entry.add(
            tables.Patient(
                given_name=given,
                family_name=family,
                born=date(day.year - round(facts.age), 3, 14),
                clinic_number=f"D-{1000 + len(given) * 37 + len(family)}",
                contact=f"{given.lower()}@people.example",
                facts=plain(facts),
            )
        )
        entry.add(screening_row(row.record, facts))
    return row.record, facts


def _plan(
    here: Practice,
    patient: str,
    facts: Patient,
    course: str,
    first_day: date,
    day: date,
    *,
    signed: bool = True,
) -> str:
    protocol = Protocol.from_table(_table(course), where="the demo")
    forecast = here.forecaster.kept(facts, protocol, WEEKS, KEPT_DRAWS, SEED)
    with here.on(day) as entry:
        screening = entry.add(screening_row(patient, facts, protocol))
        row = entry.add(
            tables.Plan(
                patient=patient,
                screening=screening.record,
                name=f"{protocol.course.sessions} sessions, {_needle_mm(protocol):g} mm",
                facts=plain(facts),
                protocol=plain(protocol),
                weeks=WEEKS,
                draws=KEPT_DRAWS,
                seed=SEED,
                model_version=forecast["model_version"],
                forecast=forecast,
                first_day=first_day,
            )
        )
        if signed:
            entry.sign(row, "approved")
    return row.record


def _consents(here: Practice, patient: str, day: date) -> None:
    with here.on(day) as entry:
        for kind, off_label in (("treatment", True), ("photographs", None)):
            entry.add(
                tables.Consent(
                    patient=patient,
                    kind=kind,
                    language="en",
                    given=True,
                    on=day,
                    off_label_said=off_label,
                )
            )


def _session(here: Practice, patient: str, plan: str, number: int, day: date) -> str:
    zones = [
        {
            "zone": zone,
            "depth_mm": 0.6,
            "passes": 4,
            "area_cm2": area_cm2,
            "endpoint": "erythema",
            "device_kind": "pen",
            "needles": 12,
            "rate_hz": 100.0,
        }
        for zone, area_cm2 in (("vertex", 60.0), ("frontal", 40.0))
    ]
    with here.on(day) as entry:
        row = entry.add(
            tables.SessionRecord(
                patient=patient,
                plan=plan,
                number=number,
                performed_at=_noon(day),
                operator="Clara Vidal",
                device_model="Example Pen 3",
                device_serial="EP3-00417",
                cartridge_lot="AN-2407" if number % 2 == 0 else "AN-2391",
                cartridge_expiry=date(day.year + 2, 6, 30),
                single_use=True,
                zones=zones,
                topicals=[{"product": "Minoxidil 5 % solution", "lot": "MX-118", "dose_ml": 1.0}],
                antiseptic="Chlorhexidine 0.5 %",
                pain_0_10=3,
                reaction="Even redness, gone the next day." if number > 1 else "Even redness.",
                history_rechecked=True,
            )
        )
    return row.record


_COUNTED = {
    "site", "method", "area_cm2", "total_density_per_cm2", "terminal_density_per_cm2",
    "mean_diameter_um", "anagen_fraction",
}  # fmt: skip


def _needle_mm(protocol: Protocol) -> float:
    assert protocol.device is not None  # each course of the demo has one
    return protocol.device.needle_mm


def _noon(day: date) -> datetime:
    return min(datetime.combine(day, time(12), UTC), datetime.now(UTC))


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
