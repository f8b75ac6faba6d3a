"""Commands about one person: screen, simulate, follow-up, sensitivity, plan."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from anagen.cli.shell import (
    AsJson,
    PatientFile,
    ProtocolFile,
    Seed,
    Weeks,
    app,
    as_json_text,
    day_of,
    make_folder,
    print_json,
    print_page,
    progress,
    write,
)


@app.command("screen")
def screen_command(
    patient_file: PatientFile,
    protocol_file: Annotated[
        Path | None, typer.Option("--protocol", metavar="C.toml", help="protocol file")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """May this scalp be needled? A decision, the findings behind it, and what is unknown."""
    from anagen.patient import Patient
    from anagen.protocol import Protocol

    patient = Patient.read(patient_file)
    protocol = Protocol.read(protocol_file) if protocol_file else None

    from anagen.screening import screen

    screening = screen(patient, protocol)
    if as_json:
        print_json(screening.as_dict())
        return
    from anagen.care.terminal import screening_page

    print_page(screening_page(screening))


@app.command("consult")
def consult_command(
    patient_file: PatientFile,
    protocol_file: Annotated[
        Path | None, typer.Option("--protocol", metavar="C.toml", help="protocol file")
    ] = None,
    counts_file: Annotated[
        Path | None,
        typer.Option("--counts", metavar="COUNTS.toml", help="counts since the course began"),
    ] = None,
    weeks: Weeks = 52,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """What to ask, what needs a diagnosis first, what to expect; with counts, whether to go on.

    With a protocol and counts the forecast after the counts is asked as well.
    """
    from anagen.counts import Counts
    from anagen.patient import Patient
    from anagen.protocol import Protocol

    patient = Patient.read(patient_file)
    protocol = Protocol.read(protocol_file) if protocol_file else None
    counts = Counts.read(counts_file) if counts_file else None

    from anagen.consultation.consult import consult

    found, said = consult(patient, protocol), None
    if counts:
        from anagen.consultation.stopping import verdict

        followed = _followed(patient, protocol, counts, weeks, seed) if protocol else None
        said = verdict(patient, counts, protocol, followed)
    if as_json:
        print_json(found.as_dict() | ({"verdict": said.as_dict()} if said else {}))
        return
    from anagen.care.consultation_page import consultation_page

    print_page(consultation_page(found, said))


@app.command("simulate")
def simulate_command(
    patient_file: PatientFile,
    protocol_file: ProtocolFile,
    weeks: Weeks = 52,
    draws: Annotated[int, typer.Option(help="number of draws, 1 to 100000")] = 500,
    seed: Seed = 0,
    counting: Annotated[
        str,
        typer.Option(metavar="METHOD", help="how hairs are counted, e.g. trichoscopy_corrected"),
    ] = "phototrichogram",
    as_json: AsJson = False,
) -> None:
    """Forecast one course for one person, with bands and what can be measured."""
    from anagen.patient import Patient
    from anagen.protocol import Protocol, nothing

    patient, protocol = Patient.read(patient_file), Protocol.read(protocol_file)
    with progress("Forecasting", steps=2) as advance:
        from anagen.forecast import simulate_together

        advance("Computing the forecast")
        courses = [protocol] if as_json else [protocol, nothing(protocol)]
        forecasts = simulate_together(patient, courses, weeks, draws, seed, counting)
    if as_json:
        print_json(forecasts[0].as_dict())
        return
    from anagen.care.terminal import forecast_page

    print_page(forecast_page(*forecasts))


@app.command("followup")
def followup_command(
    patient_file: PatientFile,
    protocol_file: ProtocolFile,
    counts_file: Annotated[
        Path, typer.Argument(metavar="COUNTS.toml", help="counts of this person, TOML or JSON")
    ],
    weeks: Weeks = 52,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Forecast a course again with what was counted; what cannot be is questioned first."""
    from anagen.counts import Counts
    from anagen.patient import Patient
    from anagen.protocol import Protocol

    patient, protocol = Patient.read(patient_file), Protocol.read(protocol_file)
    counts = Counts.read(counts_file)
    found = _followed(patient, protocol, counts, weeks, seed)
    if as_json:
        print_json(found.as_dict())
        return
    from anagen.care.followed import followup_page

    print_page(followup_page(found))


@app.command("sensitivity")
def sensitivity_command(
    patient_file: PatientFile,
    protocol_file: ProtocolFile,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """What is a forecast's spread made of, and what would be worth measuring next?"""
    from anagen.patient import Patient
    from anagen.protocol import Protocol

    patient, protocol = Patient.read(patient_file), Protocol.read(protocol_file)
    with progress("Loading the model", steps=5) as advance:
        from anagen.sensitivity import what_matters

        found = what_matters(patient, protocol, seed=seed, advance=advance)
    if as_json:
        print_json(found.as_dict())
        return
    from anagen.care.sensitivity import sensitivity_page

    print_page(sensitivity_page(found))


@app.command("plan")
def plan_command(
    patient_file: PatientFile,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="write report.html, report.pdf, calendar.ics, plan.json"),
    ] = None,
    weeks: Weeks = 52,
    seed: Seed = 0,
    start: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="day of the first session; default: in two weeks"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The main job: screening, ranked options, forecast, report and calendar."""
    from anagen.patient import Patient

    first_day = day_of("--start", start, date.today() + timedelta(weeks=2))
    patient = Patient.read(patient_file)
    if out:
        make_folder(out)  # before the work, so that a wrong name does not cost the wait
    with progress("Loading the model", steps=6 if out else 2) as advance:
        from anagen.planning import plan

        advance("Computing the options")
        found = plan(patient, weeks=weeks, seed=seed)
        written = _write_folder(found, out, first_day, advance) if out else []
    if as_json:
        print_json(found.as_dict())
        return
    from anagen.care.terminal import plan_page

    print_page(plan_page(found))
    for path in written:
        print(f"  wrote {path}")


def _write_folder(found: Any, out: Path, first_day: date, advance: Any) -> list[Path]:
    """Write the plan's pages to a folder. Raises `BadInput` where it cannot be written."""
    from anagen.aftercare import restart
    from anagen.care.appointments import When
    from anagen.care.course_calendar import first_calendar
    from anagen.care.paper import report_pdf
    from anagen.care.report import report_html

    advance("Writing the report")
    pages: dict[str, bytes] = {"report.html": report_html(found).encode()}
    advance("Setting the PDF")
    pages["report.pdf"] = report_pdf(found)
    advance("Writing the calendar")
    if found.options:
        first = found.options[0]
        again = restart(found.patient, first.protocol, first.forecast)
        pages["calendar.ics"] = first_calendar(
            found.patient,
            first.protocol,
            found.screening,
            When(first_day),
            found.weeks,
            again.hours if again else 0.0,
        )
    pages["plan.json"] = as_json_text(found.as_dict()).encode()
    written = write(pages, out)
    advance("Done")
    return written


def _followed(patient: Any, protocol: Any, counts: Any, weeks: int, seed: int) -> Any:
    """The forecast after the counts. Raises `BadInput`."""
    with progress("Loading the model", steps=2) as advance:
        from anagen.followup import follow_up

        advance("Setting the draws beside the counts")
        return follow_up(patient, protocol, counts, weeks=weeks, seed=seed)
