"""The timetable after a session for the clinician: each line with its reason, source, certainty."""

from collections.abc import Sequence

from anagen.aftercare import Line, Timetable
from anagen.care.citations import Citations
from anagen.care.document import Document, Rows, Section
from anagen.care.handout import hours_said
from anagen.care.pages import page
from anagen.evidence.aftercare import URGENCIES

_HEAD = ("What", "Until", "Why", "Source")
_BASES = {
    "texts": "for everybody",
    "person": "for this person",
    "protocol": "stated in the protocol",
    "model": "from the model",
}


def timetable_document(table: Timetable, version: str) -> Document:
    """All lines of a timetable; says so where there is none because nothing is needled."""
    if not table.lines:
        lead = "Nothing is needled, so nothing has to be left out or watched for after a session."
        return Document("Timetable after a session", lead, (), f"anagen {version}")
    cite = Citations()
    sections = (
        Section(
            "Left out until",
            ("Where sources name a range, the longest wait is taken.",),
            tables=(_rows("From the end of the session", "wait", table.of("wait"), cite),),
        ),
        *_restart(table, cite),
        Section(
            "Normal, and until when",
            _redness(table),
            tables=(_rows("What is usual", "normal", table.of("normal"), cite),),
        ),
        Section("When the patient should call", tables=tuple(_calls(table, cite))),
        cite.section(),
    )
    lead = (
        "No consensus on aftercare of a needled scalp exists: most hours come from clinics and "
        "from texts for the face. Every line says who says so and how sure that is."
    )
    return Document("Timetable after a session", lead, sections, f"anagen {version}")


def _rows(caption: str, kind: str, lines: Sequence[Line], cite: Citations) -> Rows:
    told = page("aftercare", "en")[kind]
    return Rows(
        caption,
        _HEAD,
        tuple((told[line.key], _until(line), line.why, _source(line, cite)) for line in lines),
    )


def _until(line: Line) -> str:
    if line.kind == "call":
        return f"from {line.until_h:g} h on" if line.until_h else "at any time"
    most = hours_said(line.until_h, "en")
    if line.least_h == line.until_h:
        return most
    return f"{most} (sources: from {line.least_h:g} h)"


def _source(line: Line, cite: Citations) -> str:
    return f"{cite(line.sources, line.certainty)}; {_BASES[line.basis]}"


def _restart(table: Timetable, cite: Citations) -> tuple[Section, ...]:
    if table.restart is None:
        return ()
    rows = tuple(
        (
            hours_said(reason.hours, "en"),
            reason.why,
            cite(reason.sources, reason.certainty),
        )
        for reason in table.restart.reasons
    )
    return (
        Section(
            "When minoxidil goes on again",
            (
                f"After {hours_said(table.restart.hours, 'en')}, the longest of the waits below, "
                "and only on a scalp that looks normal.",
            ),
            tables=(Rows("Waits that apply", ("Wait", "Why", "Source"), rows),),
        ),
    )


def _redness(table: Timetable) -> tuple[str, ...]:
    if table.redness_h is None:
        return ()
    low, middle, high = table.redness_h
    return (
        f"The model expects redness for {middle:.0f} h (nine in ten draws: {low:.0f} to "
        f"{high:.0f} h). Redness beyond 7 days is a reason to call.",
    )


def _calls(table: Timetable, cite: Citations) -> list[Rows]:
    told = page("aftercare", "en")["urgency"]
    found = []
    for urgency in URGENCIES:
        lines = [line for line in table.of("call") if line.urgency == urgency]
        if lines:
            found.append(_rows(told[urgency], "call", lines, cite))
    return found
