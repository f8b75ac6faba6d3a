"""Commands about what is known: evidence, calibration, qualification."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from anagen.cli.shell import (
    AsJson,
    Seed,
    app,
    as_json_text,
    make_folder,
    opened,
    print_json,
    print_page,
    progress,
    write,
)
from anagen.reading import BadInput


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
    with progress("Loading the model", steps=6) as advance:
        from anagen.calibration.calibrate import SHORT, Effort, calibrate, differences
        from anagen.calibration.quality import faults
        from anagen.evidence.posterior import Posterior, posterior, write_posterior

        def keep(post: Posterior) -> None:
            if out:
                with opened(out, "wb") as file:
                    write_posterior(file, post)

        if out:
            opened(out, "ab").close()  # refused before the wait, and left as it is
        if short:
            post = calibrate(SHORT, advance, keep, posterior().keys)
        else:
            post = calibrate(Effort(), advance, keep)
        keep(post)
    from anagen.care.calibration import calibration_page, same

    apart = differences(post, posterior())
    if as_json:
        told = {"faults": faults(post), "standard_errors_from_shipped": apart}
        print_json({**post.made, **told, "same_as_shipped": same(apart)})
        return
    print_page(calibration_page(post, faults(post), apart))
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
        make_folder(out)
    if trials_file:
        from anagen.evidence.trials import read_trials

        arms = read_trials(trials_file)
    with progress("Loading the model", steps=6 if out else 3) as advance:
        from anagen.calibration.left_out_predictions import left_out_predictions
        from anagen.qualification.held_against import held_against

        if arms is None:
            predicted = left_out_predictions()
        else:
            from anagen.calibration.prediction import predict_arms

            predicted = predict_arms(arms, draws, seed, advance)
        advance("Scoring")
        found = held_against(predicted, unseen=arms is not None)
        written = _write_dossier(found, out, draws, seed, advance) if out else []
    if as_json:
        print_json(found.as_dict())
        return
    from anagen.care.predictions import predictions_page

    print_page(predictions_page(found, left_out=arms is None))
    for path in written:
        print(f"  wrote {path}")


def _write_dossier(found: Any, out: Path, draws: int, seed: int, advance: Any) -> list[Path]:
    """Write the qualification report. Raises `BadInput` where it cannot be written."""
    from anagen.calibration.average_effect import WEEKS, average_effects
    from anagen.calibration.prediction import predict_arms
    from anagen.care.document_pages import document_html, document_pdf
    from anagen.care.dossier import dossier
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
        "qualification.html": document_html(said).encode(),
        "qualification.pdf": document_pdf(said, today),
        "qualification.json": as_json_text(found.as_dict()).encode(),
    }
    return write(pages, out)


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
            print_json([card.as_dict() for card in all_cards()])
        else:
            print_page(evidence_list())
        return
    found = look_up(key)
    if as_json:
        print_json(found.as_dict())
    else:
        print_page(evidence_card(found))


def _show_view(name: str, condition: str | None, out: Path | None, as_json: bool) -> None:
    from anagen.care.evidence_view import view, view_page, write_view

    shown = view(name, condition)
    if out:
        write_view(shown, out)
    if as_json:
        print_json(shown.as_dict())
        return
    print_page(view_page(shown))
    if out:
        print(f"  wrote {out}")
