"""The card of one record: a number, a rule, a source or a study, and where it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.evidence.benefit import benefits, expectations
from anagen.evidence.grades import MEANING
from anagen.evidence.parameters import Parameter, parameters
from anagen.evidence.rules import Rule, rule_book
from anagen.evidence.sources import read_records, sources
from anagen.evidence.trials import ArmOutcome, trials
from anagen.reading import BadInput, did_you_mean

_SPREAD = {
    "none": "",
    "people": "the spread is between people",
    "ignorance": "the spread is what we do not know",
}


# Files of statements, and what each is about.
_STATEMENTS = {
    "red_flags.toml": "red flag",
    "changes.toml": "what to change",
    "anaesthetics.toml": "numbing cream",
    "procedure_steps.toml": "procedure",
    "consent.toml": "consent",
    "adverse_events.toml": "adverse event",
    "aftercare.toml": "aftercare",
}


@dataclass(frozen=True)
class Card:
    """One record as rows of a label and a text."""

    key: str
    title: str
    rows: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The card as plain data for JSON."""
        return {"key": self.key, "title": self.title, **dict(self.rows)}


def look_up(key: str) -> Card:
    """The card of a number (``closure.dye_half_life_h``), rule (``C15``), source or study.

    Raises `BadInput` for a key that no record has.
    """
    by_lower = {known.lower(): known for known in _keys()}
    known = by_lower.get(key.strip().lower())
    if known is None:
        hint = did_you_mean(key.strip(), by_lower)
        raise BadInput(
            f"there is no record {key[:60]!r}{hint}; `anagen evidence` lists all of them."
        )
    if known in parameters():
        return _parameter_card(parameters()[known])
    if known in _rules():
        return _rule_card(_rules()[known])
    studied = any(arm.study_id == known for arm in trials())
    if known not in sources():
        return _study_card(known)
    return _with_results(_source_card(known)) if studied else _source_card(known)


def _rules() -> dict[str, Rule]:
    return {rule.key: rule for rule in rule_book().rules}


def _keys() -> list[str]:
    studies = {arm.study_id for arm in trials()}
    return [*parameters(), *_rules(), *sources(), *sorted(studies)]


def _parameter_card(record: Parameter) -> Card:
    mechanism = record.key.partition(".")[0]
    return Card(
        record.key,
        record.label,
        (
            ("value", record.describe()),
            ("unit", record.unit),
            ("distribution", _shape(record)),
            ("spread", _SPREAD[record.spread] or "none: taken as fixed"),
            ("grade", f"{record.grade}: {MEANING[record.grade]}"),
            ("from", "\n".join(str(sources()[key]) for key in record.sources)),
            ("note", record.note or "-"),
            ("used by", f"the mechanism '{mechanism}'"),
        ),
    )


def _shape(record: Parameter) -> str:
    told = ", ".join(f"{name} {value:g}" for name, value in record.shape.items())
    return f"{record.distribution}: {told}"


def _rule_card(rule: Rule) -> Card:
    return Card(
        rule.key,
        rule.title,
        (
            ("concerns", rule.applies_to),
            ("category", f"{rule.category}; leads to: {rule.leads_to}"),
            ("reason", rule.reason),
            ("action", rule.action),
            ("conflict", rule.conflict or "-"),
            ("certainty", rule.certainty),
            ("from", "\n".join(str(source) for source in rule.sources)),
        ),
    )


def _source_card(key: str) -> Card:
    source = sources()[key]
    used = [name for name, record in parameters().items() if key in record.sources]
    used += [rule.key for rule in rule_book().rules if source in rule.sources]
    used += [
        f"evidence on {kind.replace('_', ' ')} in {condition.replace('_', ' ')}"
        for (condition, kind), benefit in benefits().items()
        if key in benefit.sources
    ]
    used += [f"what to expect: {one.key}" for one in expectations() if key in one.sources]
    for name, what in _STATEMENTS.items():
        used += [f"{what}: {where}" for where in _naming(read_records(name), key)]
    return Card(
        key,
        source.citation,
        (
            ("doi", source.doi or "-"),
            ("pmid", source.pmid or "-"),
            ("where", source.url or "-"),
            ("used by", ", ".join(used) or "-"),
        ),
    )


def _naming(table: Mapping[str, Any], source: str, at: str = "") -> Iterator[str]:
    """Where in a file's tables a source is named."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _naming(value, source, f"{at} {name}")
        elif isinstance(value, list) and name.endswith("sources") and source in value:
            yield at.strip()
        elif isinstance(value, list):
            for each in value:
                if isinstance(each, Mapping):
                    yield from _naming(each, source, f"{at} {name}")


def _result(arm: ArmOutcome) -> str:
    """One published result: the change where it was given, else the value at the end."""
    week = "week not given" if arm.week is None else f"week {arm.week:g}"
    if arm.change is not None:
        said = f"{arm.change:+g}"
    else:
        said = "no number" if arm.followup is None else f"{arm.followup:g}"
    unit = arm.unit or "unit not given"
    graded = f"{arm.verification}, role {arm.role}"
    return f"{arm.arm_id}, {week}: {arm.outcome} {said} ({unit}); {graded}"


def _study_card(key: str) -> Card:
    arms = [arm for arm in trials() if arm.study_id == key]
    results = [_result(arm) for arm in arms]
    first = arms[0]
    return Card(
        key,
        first.citation,
        (
            ("design", first.design or "-"),
            ("doi", first.doi or "-"),
            ("condition", f"{first.condition} {first.grade}".strip()),
            ("results", "\n".join(results)),
            ("note", first.note or "-"),
        ),
    )


def _with_results(card: Card) -> Card:
    """The card of a source that is a study too: what it published stands on it."""
    study = _study_card(card.key)
    told = {label for label, _ in card.rows}
    return replace(card, rows=(*card.rows, *(row for row in study.rows if row[0] not in told)))


def evidence_card(card: Card) -> RenderableType:
    """The card as a terminal page."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in card.rows:
        table.add_row(label, Text(text))
    return Group(Text(f"{card.title}", style="bold"), Text(card.key, style="dim"), Text(), table)


def all_cards() -> list[Card]:
    """The card of every record."""
    return [look_up(key) for key in _keys()]


def evidence_list() -> RenderableType:
    """All numbers of the model with value and grade, and what else can be looked up."""
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "value", "grade"):
        table.add_column(heading, overflow="fold")
    for key, record in parameters().items():
        table.add_row(Text(key), Text(record.describe()), record.grade)
    studies = {arm.study_id for arm in trials()}
    return Group(
        table,
        Text(),
        Text(
            f"Also: {len(_rules())} rules, {len(sources())} sources, {len(studies)} studies. "
            "Look one up with `anagen evidence KEY`."
        ),
    )
