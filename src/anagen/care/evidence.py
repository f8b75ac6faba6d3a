"""Every record of the evidence as a card: looked up by its key, found by its words, listed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.care.card import NOTHING, Card, Row, Said
from anagen.care.model_cards import number_cards, rule_cards
from anagen.care.statement_cards import statement_cards
from anagen.care.trial_cards import pooled_cards, trial_cards
from anagen.evidence.parameters import parameters
from anagen.reading import BadInput, did_you_mean


@cache
def cards() -> Mapping[str, Card]:
    """The card of every record, by its key; sources and rules know which records rest on them."""
    made = {card.key: card for card in _all()}
    used: dict[str, list[str]] = {}
    for card in made.values():
        for key in card.names:
            used.setdefault(key, []).append(card.key)
    return MappingProxyType({key: _used(card, used.get(key, [])) for key, card in made.items()})


def _all() -> Iterator[Card]:
    for make in (number_cards, rule_cards, statement_cards, trial_cards, pooled_cards):
        yield from make()


def _used(card: Card, by: list[str]) -> Card:
    if not by and card.kind != "source":
        return card
    pieces = tuple(Said(key, key) for key in by) or (Said(NOTHING),)
    return replace(card, rows=(*card.rows, Row("used by", pieces, ", ")))


def all_cards() -> list[Card]:
    """The card of every record."""
    return list(cards().values())


def look_up(key: str, listed_by: str = "`anagen evidence`") -> Card:
    """The card of a record: a number (``closure.dye_half_life_h``), a rule (``C15``), a source ...

    Raises `BadInput` for a key that no record has; ``listed_by`` is where it sends people.
    """
    asked = key.strip()
    known = _by_lower().get(asked.lower())
    if known is None:
        hint = did_you_mean(asked, cards())
        raise BadInput(f"there is no record {asked[:60]!r}{hint}; {listed_by} lists all of them.")
    return cards()[known]


@cache
def _by_lower() -> Mapping[str, str]:
    return MappingProxyType({key.lower(): key for key in cards()})


def kinds() -> Mapping[str, int]:
    """The kinds of records, each with how many there are."""
    counts: dict[str, int] = {}
    for card in cards().values():
        counts[card.kind] = counts.get(card.kind, 0) + 1
    return counts


def find(words: str, kind: str = "") -> list[Card]:
    """The cards of a kind, or of all, that hold every word; those with it in key or title first."""
    asked = words.lower().split()
    found = []
    for card in cards().values():
        if kind not in ("", card.kind):
            continue
        named = f"{card.key} {card.title}".lower()
        if all(word in named for word in asked):
            found.append((0, card))
        elif all(word in _whole(card.key) for word in asked):
            found.append((1, card))
    return [card for _, card in sorted(found, key=lambda each: each[0])]


@cache
def _whole(key: str) -> str:
    card = cards()[key]
    return " ".join((key, card.title, card.brief, *(row.text for row in card.rows))).lower()


def evidence_card(card: Card) -> RenderableType:
    """The card as a terminal page."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for row in card.rows:
        table.add_row(row.label, Text(row.text))
    return Group(Text(f"{card.title}", style="bold"), Text(card.key, style="dim"), Text(), table)


def evidence_list() -> RenderableType:
    """All numbers of the model with value and grade, and what else can be looked up."""
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "value", "grade"):
        table.add_column(heading, overflow="fold")
    for key, record in parameters().items():
        table.add_row(Text(key), Text(record.describe()), record.grade)
    others = Table(box=None, pad_edge=False)
    for heading in ("also", "records", "for example"):
        others.add_column(heading, overflow="fold")
    for kind, number in kinds().items():
        if kind != "number":
            others.add_row(kind, str(number), Text(find("", kind)[0].key))
    return Group(table, Text(), others, Text(), Text("Look one up with `anagen evidence KEY`."))
