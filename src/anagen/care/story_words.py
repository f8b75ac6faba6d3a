"""The words of the hair story: one reviewed file for each language, and numbers as it writes them.

The files stand in ``pages/``. A text is whole and has placeholders for numbers only, so that it can
be reviewed as it will be read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from babel.numbers import format_decimal
from babel.units import format_unit

from anagen.care.pages import Language, page
from anagen.care.words import CERTAINTIES
from anagen.evidence.sources import BadRecord, sources

HOURS_PER_DAY, DAYS_PER_WEEK, DAYS_PER_MONTH, DAYS_PER_YEAR = 24, 7, 365.25 / 12, 365.25
_PAGE = {"title", "opening", "labels", "certainties", "drugs", "phrases", "scenes"}
_SCENE = {"title", "sentences", "try", "sure", "alt", "moments", "sources", "certainty", "legend"}
_LABELS = {
    "step", "pause", "play", "time", "try", "sure", "call", "sources", "certainty", "range",
    "context", "off_label", "foot",
}  # fmt: skip


@dataclass(frozen=True)
class SceneText:
    """The words of one scene, its placeholders not yet filled."""

    title: str
    sentences: tuple[str, str]
    try_this: str
    sure: str
    alt: str
    moments: tuple[str, ...]  # four, or the first and how all later ones are called
    legend: Mapping[str, str]
    sources: tuple[str, ...]
    certainty: str
    call: str = ""  # when to call, where a scene needs that


@dataclass(frozen=True)
class PageText:
    """All words of the page in one language."""

    language: Language
    title: str
    opening: tuple[str, ...]
    labels: Mapping[str, str]
    certainties: Mapping[str, str]
    drugs: Mapping[str, str]
    phrases: Mapping[str, str]
    scenes: Mapping[str, SceneText]


@cache
def page_text(language: Language) -> PageText:
    """The project's own words in one language."""
    return check_page(page("hair_story", language), language)


def check_page(tables: Mapping[str, Any], language: Language) -> PageText:
    """Typed words from raw tables. Raises `BadRecord`, naming the table and its fault."""
    where = f"hair_story.{language}.toml"
    _same(where, set(tables), _PAGE)
    _same(f"{where}, labels", set(tables["labels"]), _LABELS)
    _same(f"{where}, certainties", set(tables["certainties"]), set(CERTAINTIES))
    return PageText(
        language=language,
        title=tables["title"],
        opening=tuple(tables["opening"]),
        labels=tables["labels"],
        certainties=tables["certainties"],
        drugs=tables["drugs"],
        phrases=tables["phrases"],
        scenes={
            key: _scene(f"{where}, scene {key}", table) for key, table in tables["scenes"].items()
        },
    )


def _scene(where: str, table: Mapping[str, Any]) -> SceneText:
    _same(where, set(table) - {"call"}, _SCENE)
    if len(table["sentences"]) != 2 or len(table["moments"]) not in (2, 4):
        raise BadRecord(f"{where} needs two sentences, and two or four moments.")
    if table["certainty"] not in CERTAINTIES:
        raise BadRecord(f"{where} has the unknown certainty {table['certainty']!r}.")
    for source in table["sources"]:
        if source not in sources():
            raise BadRecord(f"{where} names the source {source!r}, which does not exist.")
    if not table["sources"]:
        raise BadRecord(f"{where} has no source.")
    first, second = table["sentences"]
    return SceneText(
        title=table["title"],
        sentences=(first, second),
        try_this=table["try"],
        sure=table["sure"],
        alt=table["alt"],
        moments=tuple(table["moments"]),
        legend=table["legend"],
        sources=tuple(table["sources"]),
        certainty=table["certainty"],
        call=table.get("call", ""),
    )


def _same(where: str, found: set[str], needed: set[str]) -> None:
    if missing := sorted(needed - found):
        raise BadRecord(f"{where} has no {missing[0]}.")
    if strange := sorted(found - needed):
        raise BadRecord(f"{where} has the unknown key {strange[0]}.")


@dataclass(frozen=True)
class Numbers:
    """Numbers as one language writes them, no more exact than they are."""

    language: Language
    range_pattern: str  # with {middle}, {low} and {high}

    def whole(self, value: float) -> str:
        return format_decimal(round(value), "#,##0", locale=self.language)

    def rough(self, value: float) -> str:
        """Two leading digits, and one decimal at most: what a model cannot know better."""
        digits = min(1, 2 - len(str(int(abs(value)))))
        return format_decimal(round(value, digits) + 0.0, "#,##0.#", locale=self.language)

    def of_100(self, share: float) -> str:
        """A share as so many of 100."""
        return self.whole(100 * share)

    def percent(self, share: float) -> str:
        return format_decimal(share, "#,##0%", locale=self.language).replace("%", "\u202f%")

    def mm(self, length: float) -> str:
        return self._unit(round(length, 1 if length >= 2 else 2), "length-millimeter", "short")

    def um(self, length: float) -> str:
        return self._unit(round(length), "length-micrometer", "short").replace("\u03bc", "\u00b5")

    def weeks(self, count: float) -> str:
        return self._unit(round(count), "duration-week", "long")

    def duration(self, days: float) -> str:
        """Hours, days, weeks, months or years, whichever a person would say."""
        hours = HOURS_PER_DAY * days
        if hours < 2:
            return self._unit(round(hours, 1), "duration-hour", "long")
        if hours < 48:
            return self._unit(round(hours), "duration-hour", "long")
        if days < 21:
            return self._unit(round(days), "duration-day", "long")
        if days < 70:
            return self.weeks(days / DAYS_PER_WEEK)
        if days < 2 * DAYS_PER_YEAR:
            return self._unit(round(days / DAYS_PER_MONTH), "duration-month", "long")
        return self._unit(round(days / DAYS_PER_YEAR), "duration-year", "long")

    def ranged(self, quantiles: Mapping[str, float], say: Callable[[float], str]) -> str:
        """The middle and the range of nine in ten; the middle alone where there is no range."""
        low, middle, high = (say(quantiles[name]) for name in ("p05", "median", "p95"))
        if low == high:
            return middle
        return self.range_pattern.format(middle=middle, low=low, high=high)

    def _unit(self, value: float, unit: str, length: Literal["short", "long"]) -> str:
        said = format_unit(
            value + 0.0, unit, length=length, format="#,##0.##", locale=self.language
        )
        return said.replace(" ", "\u00a0")
