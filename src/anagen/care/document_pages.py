"""A document for clinicians as an HTML file and as a tagged PDF."""

from dataclasses import asdict
from datetime import date

from markupsafe import Markup

from anagen.care.document import Document
from anagen.care.paper import pdf
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
    return pdf("document.typ", data, prepared)
