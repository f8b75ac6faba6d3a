"""The parts of a document for clinicians: sections of paragraphs, lists, tables and pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anagen.care.pages import Language
from anagen.care.tokens import LIGHT, ON_PAGE


@dataclass(frozen=True)
class Rows:
    """A table."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()  # of the columns on paper, relative; as usual where left out


@dataclass(frozen=True)
class Figure:
    """A picture for a wide page, a phone and paper, and the same in words."""

    wide: str
    narrow: str
    paper: str
    paper_share: float  # of the width of the text on paper
    alt: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs, a list, tables and pictures, in this order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    tables: tuple[Rows, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Document:
    """The whole document."""

    title: str
    lead: str
    sections: tuple[Section, ...]
    foot: str
    language: Language = "en"


type Draw = Callable[[Mapping[str, str], int, str], str]  # colours, width, key of its ids


def figure(draw: Draw, name: str, alt: str, caption: str, paper_share: float = 1.0) -> Figure:
    """A picture for wide page, phone and paper; ``name`` makes its ids unique."""
    return Figure(
        paper_share=paper_share,
        wide=draw(ON_PAGE, 860, f"{name}-wide"),
        narrow=draw(ON_PAGE, 344, f"{name}-narrow"),
        paper=draw(LIGHT, 640, f"{name}-paper"),
        alt=alt,
        caption=caption,
    )
