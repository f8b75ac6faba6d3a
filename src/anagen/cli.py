"""The shell: ``anagen screen``, ``plan``, ``simulate``, ``followup``, ``evidence`` and the others.

Every command has ``--json`` for machines and a page for people. Bad input gives one sentence on
stderr and exit status 2. What computes is imported inside its command, so that the rest starts
without waiting for JAX.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from anagen.reading import BadInput, one_sentence

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Scalp microneedling: screen a person, plan a course, forecast it, and say how sure one "
    "can be. Supports a clinician's discussion; never decides. Needling for hair is off-label.",
)

PatientFile = Annotated[Path, typer.Argument(metavar="P.toml", help="patient file, TOML or JSON")]
ProtocolFile = Annotated[Path, typer.Argument(metavar="C.toml", help="protocol file, TOML or JSON")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON for machines")]
Weeks = Annotated[int, typer.Option(help="length of the forecast in weeks, 1 to 520")]
Seed = Annotated[int, typer.Option(help="the same seed gives the same draws")]


def main() -> None:
    """Entry point: one sentence and status 2 for bad input, never a traceback for it."""
    try:
        # Out of standalone mode, Typer hands over its refusals, and returns the status otherwise:
        # None after an answer, 130 after Ctrl-C.
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except BadInput as refused:
        status = _refuse(str(refused))
    except typer.TyperException as refused:  # no such command, option or number
        status = _refuse(f"{refused.format_message().rstrip('.')} (see `anagen --help`).")
    except BrokenPipeError:  # the reader of a pipe has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def _refuse(sentence: str) -> int:
    print(f"anagen: {one_sentence(sentence)}", file=sys.stderr)
    return 2


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
        _print_json(screening.as_dict())
        return
    from anagen.care.terminal import screening_page

    _print_page(screening_page(screening))


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
        _print_json(found.as_dict() | ({"verdict": said.as_dict()} if said else {}))
        return
    from anagen.care.consultation_page import consultation_page

    _print_page(consultation_page(found, said))


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
    with _progress("Forecasting", steps=2) as advance:
        from anagen.forecast import simulate_together

        advance("Computing the forecast")
        courses = [protocol] if as_json else [protocol, nothing(protocol)]
        forecasts = simulate_together(patient, courses, weeks, draws, seed, counting)
    if as_json:
        _print_json(forecasts[0].as_dict())
        return
    from anagen.care.terminal import forecast_page

    _print_page(forecast_page(*forecasts))


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
        _print_json(found.as_dict())
        return
    from anagen.care.followed import followup_page

    _print_page(followup_page(found))


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
    with _progress("Loading the model", steps=5) as advance:
        from anagen.sensitivity import what_matters

        found = what_matters(patient, protocol, seed=seed, advance=advance)
    if as_json:
        _print_json(found.as_dict())
        return
    from anagen.care.sensitivity import sensitivity_page

    _print_page(sensitivity_page(found))


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

    first_day = _day(start)
    patient = Patient.read(patient_file)
    if out:
        _make_folder(out)  # before the work, so that a wrong name does not cost the wait
    with _progress("Loading the model", steps=6 if out else 2) as advance:
        from anagen.planning import plan

        advance("Computing the options")
        found = plan(patient, weeks=weeks, seed=seed)
        written = _write_folder(found, out, first_day, advance) if out else []
    if as_json:
        _print_json(found.as_dict())
        return
    from anagen.care.terminal import plan_page

    _print_page(plan_page(found))
    for path in written:
        print(f"  wrote {path}")


@app.command("calibrate")
def calibrate_command(
    short: Annotated[
        bool, typer.Option("--short", help="a rough one in minutes, leaving no study out")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.npz", help="write the posterior draws")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit the model to the trials anew, and hold the result against the shipped draws.

    Exit status 1 where the two differ by more than chance.
    """
    with _progress("Loading the model", steps=5) as advance:
        from anagen.calibration.calibrate import SHORT, Effort, calibrate, differences, faults
        from anagen.evidence.posterior import posterior, write_posterior

        if short:
            post = calibrate(SHORT, advance, posterior().keys)
        else:
            post = calibrate(Effort(), advance)
    if out:
        try:
            with out.open("wb") as file:
                write_posterior(file, post)
        except OSError as fault:
            raise BadInput(f"--out {out}: cannot be written ({fault.strerror}).") from None
    from anagen.care.calibration import calibration_page, same

    apart = differences(post, posterior())
    if as_json:
        told = {"faults": faults(post), "standard_errors_from_shipped": apart}
        _print_json({**post.made, **told, "same_as_shipped": same(apart)})
        return
    _print_page(calibration_page(post, faults(post), apart))
    if not same(apart):
        raise typer.Exit(1)


@app.command("qualify")
def qualify_command(
    trials_file: Annotated[
        Path | None,
        typer.Option(
            "--trials", metavar="FILE.csv", help="arms that the model has never seen, as trials.csv"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="write qualification.html, .pdf and .json"),
    ] = None,
    draws: Annotated[int, typer.Option(help="number of draws, 100 to 100000")] = 2000,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """How wrong are the predictions? Arms predicted, held against results and simpler guesses."""
    if not 100 <= draws <= 100_000:
        raise BadInput(f"--draws is {draws}; allowed is a whole number from 100 to 100000.")
    if seed < 0:
        raise BadInput(f"--seed is {seed}; allowed is a whole number from 0.")
    if out and trials_file:
        raise BadInput("--out goes with the report on the trials known here, not with --trials.")
    arms = None
    if out:
        _make_folder(out)
    if trials_file:
        from anagen.evidence.trials import read_trials

        arms = read_trials(trials_file)
    with _progress("Loading the model", steps=6 if out else 3) as advance:
        from anagen.calibration.prediction import left_out_predictions, predict_arms
        from anagen.qualification.held_against import held_against

        if arms is None:
            predicted = left_out_predictions()
        else:
            predicted = predict_arms(arms, draws, seed, advance)
        advance("Scoring")
        found = held_against(predicted, unseen=arms is not None)
        written = _write_dossier(found, out, draws, seed, advance) if out else []
    if as_json:
        _print_json(found.as_dict())
        return
    from anagen.care.predictions import predictions_page

    _print_page(predictions_page(found, left_out=arms is None))
    for path in written:
        print(f"  wrote {path}")


@app.command("evidence")
def evidence_command(
    key: Annotated[
        str | None,
        typer.Argument(metavar="KEY", help="a number, rule, source or study; none lists all"),
    ] = None,
    view_name: Annotated[
        str | None,
        typer.Option(
            "--view",
            metavar="VIEW",
            help="forest, depth, interval, sessions or missing: the trials",
        ),
    ] = None,
    condition: Annotated[
        str | None, typer.Option(metavar="CONDITION", help="the view of one condition alone")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="write the view's picture as .svg, or .html with numbers"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Where does this number come from? What do the trials say, and what is missing?"""
    if view_name is not None:
        if key is not None:
            raise BadInput(f"--view {view_name} goes without KEY; allowed is one of the two.")
        _show_view(view_name, condition, out, as_json)
        return
    for option, given in (("--condition", condition), ("--out", out)):
        if given is not None:
            raise BadInput(f"{option} goes with --view; allowed is both, or neither.")
    from anagen.care.evidence import all_cards, evidence_card, evidence_list, look_up

    if key is None:
        if as_json:
            _print_json([card.as_dict() for card in all_cards()])
        else:
            _print_page(evidence_list())
        return
    found = look_up(key)
    if as_json:
        _print_json(found.as_dict())
    else:
        _print_page(evidence_card(found))


def _followed(patient: Any, protocol: Any, counts: Any, weeks: int, seed: int) -> Any:
    """The forecast after the counts. Raises `BadInput`."""
    with _progress("Loading the model", steps=2) as advance:
        from anagen.followup import follow_up

        advance("Setting the draws beside the counts")
        return follow_up(patient, protocol, counts, weeks=weeks, seed=seed)


def _show_view(name: str, condition: str | None, out: Path | None, as_json: bool) -> None:
    from anagen.care.evidence_view import view, view_page, write_view

    shown = view(name, condition)
    if out:
        write_view(shown, out)
    if as_json:
        _print_json(shown.as_dict())
        return
    _print_page(view_page(shown))
    if out:
        print(f"  wrote {out}")


def _write_folder(found: Any, out: Path, first_day: date, advance: Any) -> list[Path]:
    """Write the plan's pages to a folder. Raises `BadInput` where it cannot be written."""
    from anagen.care.paper import report_pdf
    from anagen.care.report import report_html
    from anagen.care.schedule import course_calendar

    advance("Writing the report")
    pages: dict[str, bytes] = {"report.html": report_html(found).encode()}
    advance("Setting the PDF")
    pages["report.pdf"] = report_pdf(found)
    advance("Writing the calendar")
    if found.options:
        pages["calendar.ics"] = course_calendar(found.options[0], first_day, found.weeks)
    pages["plan.json"] = _as_json(found.as_dict()).encode()
    written = _write(pages, out)
    advance("Done")
    return written


def _write(pages: dict[str, bytes], out: Path) -> list[Path]:
    for name, content in pages.items():
        try:
            (out / name).write_bytes(content)
        except OSError as fault:
            raise BadInput(f"--out {out / name}: cannot be written ({fault.strerror}).") from None
    return [out / name for name in pages]


def _write_dossier(found: Any, out: Path, draws: int, seed: int, advance: Any) -> list[Path]:
    """Write the qualification report. Raises `BadInput` where it cannot be written."""
    from anagen.calibration.average_effect import WEEKS, average_effects
    from anagen.calibration.prediction import predict_arms
    from anagen.care.dossier import dossier
    from anagen.care.dossier_pages import dossier_html, dossier_pdf
    from anagen.forecast import model_version
    from anagen.qualification.failures import failures
    from anagen.qualification.held_against import held_against
    from anagen.qualification.scope import never_fitted

    advance("Predicting arms never fitted")
    others = held_against(predict_arms(never_fitted(), draws, seed), unseen=True)
    averages = average_effects(advance)
    advance("Setting the report")
    today = date.today()
    failed = failures(found, averages)
    said = dossier(found, others, averages, failed, WEEKS, model_version(), today)
    pages = {
        "qualification.html": dossier_html(said).encode(),
        "qualification.pdf": dossier_pdf(said, today),
        "qualification.json": _as_json(found.as_dict()).encode(),
    }
    return _write(pages, out)


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BadInput(f"--out {out}: cannot be made a folder ({fault.strerror}).") from None


def _day(text: str | None) -> date:
    if text is None:
        return date.today() + timedelta(weeks=2)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--start is {text[:40]!r}; allowed is a day as YYYY-MM-DD.") from None


@contextmanager
def _progress(first: str, steps: int) -> Iterator[Any]:
    """A progress bar on stderr; silent where stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(first, total=steps)

        def advance(description: str) -> None:
            bar.update(task, advance=1, description=description)

        yield advance


def _as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1)


def _print_json(data: Any) -> None:
    print(_as_json(data))


def _print_page(page: Any) -> None:
    from anagen.care.terminal import console

    console().print(page)


if __name__ == "__main__":
    main()
