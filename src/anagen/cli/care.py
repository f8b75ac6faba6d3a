"""Commands about the course of care: a folder for one person, a calendar planned anew."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from anagen.cli.shell import (
    AsJson,
    PatientFile,
    ProtocolFile,
    Seed,
    Weeks,
    app,
    day_of,
    make_folder,
    opened,
    print_json,
    print_page,
    progress,
    write,
)
from anagen.reading import BadInput

if TYPE_CHECKING:
    from anagen.care.pages import Language

InLanguage = Annotated[str, typer.Option("--lang", metavar="LANG", help="en or es")]
OtherLidocaine = Annotated[
    float | None,
    typer.Option(metavar="MG", help="other lidocaine or local anaesthetic today; 0 where none"),
]
DAY = "YYYY-MM-DD"


@app.command("prepare")
def prepare_command(
    patient_file: PatientFile,
    protocol_file: ProtocolFile,
    out: Annotated[Path, typer.Option(metavar="DIR", help="write the folder")],
    start: Annotated[
        str | None,
        typer.Option(metavar=DAY, help="day of the first session; default: in two weeks"),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="its hour; without, whole days")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="where, as Europe/Madrid; with --at")
    ] = None,
    signed_by: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="the clinician who read it; without, a draft"),
    ] = None,
    other_lidocaine_mg: OtherLidocaine = None,
    weeks: Weeks = 52,
    seed: Seed = 0,
    lang: InLanguage = "en",
    as_json: AsJson = False,
) -> None:
    """The course of care: procedure sheet, handout, timetable, calendar, how hair grows."""
    from anagen.care.appointments import When
    from anagen.care.folder import folder
    from anagen.care.handout import Signature
    from anagen.patient import Patient
    from anagen.protocol import Protocol

    first = When(day_of("--start", start, date.today() + timedelta(weeks=2)), *_clock(at, zone))
    language = _language(lang)
    signature = Signature(_name(signed_by), date.today()) if signed_by is not None else None
    patient, protocol = Patient.read(patient_file), Protocol.read(protocol_file)
    make_folder(out)
    with progress("Loading the model", steps=4) as advance:
        prepared = folder(
            patient, protocol, first, weeks, seed, language, signature, other_lidocaine_mg, advance
        )
        paths = write(prepared.files, out)
    if as_json:
        print_json(prepared.as_dict())
        return
    from anagen.care.prepared import prepared_page

    print_page(prepared_page(prepared))
    for path in paths:
        print(f"  wrote {path}")


@app.command("numb")
def numb_command(
    patient_file: PatientFile,
    protocol_file: ProtocolFile,
    other_lidocaine_mg: OtherLidocaine = None,
    as_json: AsJson = False,
) -> None:
    """Does its label allow this numbing cream for this person and area? Refuses, never guesses."""
    from anagen.care.procedure_pages import numbing_dict, numbing_page
    from anagen.patient import Patient
    from anagen.procedure import largest_grams, numbing_dose
    from anagen.protocol import Protocol

    patient, protocol = Patient.read(patient_file), Protocol.read(protocol_file)
    if protocol.anaesthetic is None:
        raise BadInput(f"{protocol_file}: anaesthetic is missing; state at least its drug.")
    found = numbing_dose((protocol.anaesthetic,), patient, other_lidocaine_mg)
    most = largest_grams(protocol.anaesthetic, patient, other_lidocaine_mg)
    if as_json:
        print_json(numbing_dict(found, most))
    else:
        print_page(numbing_page(found, most))


@app.command("event")
def event_command(
    event_file: Annotated[Path, typer.Argument(metavar="E.toml", help="what happened")],
    patient_file: PatientFile,
    protocol_file: ProtocolFile,
    as_json: AsJson = False,
) -> None:
    """An adverse event: how urgent it is, what to do, and what it does to the course."""
    from anagen.care.procedure_pages import event_dict, event_page
    from anagen.patient import Patient
    from anagen.procedure import AdverseEvent, assess
    from anagen.protocol import Protocol

    event = AdverseEvent.read(event_file)
    found = assess(event, Patient.read(patient_file), Protocol.read(protocol_file))
    if as_json:
        print_json(event_dict(found))
    else:
        print_page(event_page(found))


@app.command("replan")
def replan_command(
    patient_file: PatientFile,
    protocol_file: ProtocolFile,
    calendar: Annotated[Path, typer.Argument(metavar="CALENDAR.ics", help="made by anagen")],
    out: Annotated[Path, typer.Option(metavar="NEW.ics", help="write the new calendar")],
    until: Annotated[
        str | None, typer.Option(metavar=DAY, help="the day from which a visit may be")
    ] = None,
    today: Annotated[str | None, typer.Option(metavar=DAY, help="default: today")] = None,
    weeks: Weeks = 52,
    lang: InLanguage = "en",
    as_json: AsJson = False,
) -> None:
    """Screen a person anew and move the visits to come; entries keep their identity."""
    from anagen.aftercare import restart
    from anagen.care.calendar_file import read_calendar
    from anagen.care.course_calendar import replan
    from anagen.patient import Patient
    from anagen.protocol import Protocol
    from anagen.screening import screen

    language = _language(lang)
    day = day_of("--today", today, date.today())
    patient, protocol = Patient.read(patient_file), Protocol.read(protocol_file)
    try:
        before = read_calendar(calendar.read_bytes(), str(calendar))
    except OSError as fault:
        raise BadInput(f"{calendar}: cannot be read ({fault.strerror}).") from None
    again = restart(patient, protocol, None)
    found = replan(
        before,
        protocol,
        screen(patient, protocol),
        day,
        weeks,
        day_of("--until", until, day) if until else None,
        again.hours if again else 0.0,
        language,
    )
    with opened(out, "wb") as file:
        file.write(found.file)
    if as_json:
        print_json(found.as_dict())
        return
    from anagen.care.prepared import replanned_page

    print_page(replanned_page(found))
    print(f"  wrote {out}")


def _language(written: str) -> "Language":
    from anagen.care.pages import LANGUAGES  # with the calendars of both languages

    for language in LANGUAGES:
        if written == language:
            return language
    raise BadInput(f"--lang is {written[:20]!r}; allowed is {' or '.join(LANGUAGES)}.")


def _clock(at: str | None, zone: str | None) -> tuple[time | None, str | None]:
    """The hour and the place whose clock shows it. Raises `BadInput`."""
    if (at is None) != (zone is None):
        raise BadInput("--at and --zone go together; allowed is both, or neither.")
    if at is None or zone is None:
        return None, None
    try:
        hour = time.fromisoformat(at)
    except ValueError:
        raise BadInput(f"--at is {at[:20]!r}; allowed is an hour as HH:MM.") from None
    try:
        return hour.replace(tzinfo=None), ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        raise BadInput(
            f"--zone is {zone[:40]!r}; allowed is a name such as Europe/Madrid."
        ) from None


def _name(written: str) -> str:
    name = " ".join(written.split())
    if not 3 <= len(name) <= 80:
        raise BadInput("--signed-by must be the clinician's name, of 3 to 80 characters.")
    return name
