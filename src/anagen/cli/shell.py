"""What every command shares: the app, its options, progress, printing, writing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import typer

from anagen.reading import BadInput

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


def make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BadInput(f"--out {out}: cannot be made a folder ({fault.strerror}).") from None


def day_of(option: str, text: str | None, otherwise: date) -> date:
    """A day written in an option, or another where there is none. Raises `BadInput`."""
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} is {text[:40]!r}; allowed is a day as YYYY-MM-DD.") from None


@contextmanager
def progress(first: str, steps: int) -> Iterator[Any]:
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

        def advance(description: str, done: int | None = None) -> None:
            """One step further, or at so many of all."""
            step = 1 if done is None else None
            bar.update(task, description=description, advance=step, completed=done)

        yield advance


def opened(out: Path, mode: Literal["wb", "ab"]) -> BinaryIO:
    """A file to write to. Raises `BadInput` where it cannot be written."""
    try:
        return out.open(mode)
    except OSError as fault:
        raise BadInput(f"--out {out}: cannot be written ({fault.strerror}).") from None


def write(pages: dict[str, bytes], out: Path) -> list[Path]:
    """Write pages to a folder. Raises `BadInput` where one cannot be written."""
    for name, content in pages.items():
        try:
            (out / name).write_bytes(content)
        except OSError as fault:
            raise BadInput(f"--out {out / name}: cannot be written ({fault.strerror}).") from None
    return [out / name for name in pages]


def as_json_text(data: Any) -> str:
    """Data as JSON for machines."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1)


def print_json(data: Any) -> None:
    """Data on standard output, for machines."""
    print(as_json_text(data))


def print_page(page: Any) -> None:
    """A page on standard output, for people."""
    from anagen.care.terminal import console

    console().print(page)
