"""A document for clinicians as an HTML file and as a tagged PDF."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from importlib.resources import files

import typst
from markupsafe import Markup

from anagen.care.document import Document
from anagen.care.paper import fonts, printable
from anagen.care.report import pages, style
from anagen.care.tokens import LIGHT

# Widths of columns, by how many there are.
_WIDTHS = {
    "2": [1.3, 1],
    "3": [2, 1.2, 1],
    "4": [2.4, 1, 1.6, 0.8],
    "7": [1.9, 0.7, 1.7, 1, 0.8, 0.8, 0.8],
}


def document_html(said: Document) -> str:
    """A document as one file: no script, nothing fetched."""
    return pages().get_template("document.html").render(said=said, style=Markup(style()))


def document_pdf(said: Document, prepared: date | None = None) -> bytes:
    """A document as PDF/UA-1. The same document and day give the same bytes."""
    data = {"said": asdict(said), "colours": dict(LIGHT), "widths": _WIDTHS}
    made = datetime.combine(prepared, time(), UTC) if prepared else datetime.fromtimestamp(0, UTC)
    return typst.compile(
        files("anagen.care").joinpath("templates", "document.typ").read_bytes(),
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=made,
    )
