"""The command that conducts a virtual trial."""

from pathlib import Path
from typing import Annotated

import typer

from anagen.cli.shell import AsJson, app, opened, print_json, print_page, progress


@app.command("trial")
def trial_command(
    trial_file: Annotated[
        Path, typer.Argument(metavar="T.toml", help="who, arms, visits, counting; TOML or JSON")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="write the report with its picture")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A trial conducted many times before anyone is treated: power, band, people needed."""
    from anagen.trial import read_trial, run_trial

    spec = read_trial(trial_file)
    if out:
        opened(out, "ab").close()  # refused before the wait, and left as it is
    with progress("Loading the model", steps=spec.repeats) as advance:
        found = run_trial(spec, lambda done, of: advance(f"{done} of {of} repeats", done))
    if out:
        from anagen.care.document_pages import document_html
        from anagen.care.trial_page import trial_document

        with opened(out, "wb") as page:
            page.write(document_html(trial_document(found)).encode())
    if as_json:
        print_json(found.as_dict())
        return
    from anagen.care.trial_page import trial_page

    print_page(trial_page(found))
    if out:
        print(f"  wrote {out}")
