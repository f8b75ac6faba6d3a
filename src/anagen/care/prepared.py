"""What was prepared or moved, as a page for the terminal."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care import words
from anagen.care.handout import hours_said
from anagen.care.pages import page, said_day
from anagen.care.paragraphs import bold, foot, heading, paragraph, quiet

if TYPE_CHECKING:
    from anagen.care.course_calendar import Replanned
    from anagen.care.folder import Folder


def prepared_page(prepared: "Folder") -> RenderableType:
    """The decision, what is asked before the first needle, the waits, and where to look next."""
    screening, sheet = prepared.screening, prepared.sheet
    parts: list[RenderableType] = [heading("The course of care")]
    parts.append(bold(words.DECISIONS[screening.decision]))
    parts += [
        paragraph(f"- {words.plain(finding.title)}: {words.plain(finding.action)}", hang=2)
        for finding in screening.findings
        if finding.severity != "information"
    ]
    if sheet is not None and sheet.lines and sheet.asked:
        parts += ["", bold("To be known before the first needle")]
        parts += [paragraph(f"? {words.plain(each.question)}", hang=2) for each in sheet.asked]
    if prepared.timetable.lines:
        table = Table(box=None, pad_edge=False)
        for name in ("After a session, leave out", "until"):
            table.add_column(name, overflow="fold")
        told = page("aftercare", "en")["wait"]
        for line in prepared.timetable.of("wait"):
            table.add_row(Text(told[line.key]), hours_said(line.until_h, "en"))
        parts += ["", table]
    if not prepared.handout.signed:
        said = "The patient's pages are drafts: read them, then run again with --signed-by NAME."
        parts += ["", paragraph(said)]
    parts += foot(
        "Open the procedure sheet and the handout, and talk them over.",
        screening.off_label,
        f"Rules {screening.version}",
    )
    return Group(*parts)


def replanned_page(found: "Replanned") -> RenderableType:
    """What moved, and why."""
    parts: list[RenderableType] = [heading("The course, planned anew")]
    parts += [paragraph(f"- {words.plain(reason)}", hang=2) for reason in found.reasons]
    if found.waits_until is not None:
        parts.append(bold(f"Next visit not before {said_day(found.waits_until, 'en')}"))
    parts += [quiet(said_day(when.day, "en")) for when in found.visits]
    if not found.visits:
        parts.append(paragraph("No visit is left; reviews stay. Plan again when this is settled."))
    said = "Import the new file: entries move, none is doubled."
    parts += foot(said, True, "")
    return Group(*parts)
