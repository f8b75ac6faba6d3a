"""Cards of the numbers of the model and of the rules of the screening."""

from collections.abc import Iterator

from anagen.care.card import Card, from_sources, plain_key, row, rows
from anagen.evidence.grades import MEANING
from anagen.evidence.parameters import Parameter, parameters
from anagen.evidence.posterior import posterior
from anagen.evidence.rules import Alternative, Rule, rule_book
from anagen.evidence.sources import sources

_SPREAD = {
    "none": "none: taken as fixed",
    "people": "the spread is between people",
    "ignorance": "the spread is what we do not know",
}


def number_cards() -> Iterator[Card]:
    """One card for every number of the model."""
    return (_number(record) for record in parameters().values())


def rule_cards() -> Iterator[Card]:
    """One card for every rule of the screening."""
    return (_rule(rule) for rule in rule_book().rules)


def _number(record: Parameter) -> Card:
    mechanism = record.key.partition(".")[0]
    return Card(
        record.key,
        "number",
        record.label,
        f"{record.describe()}, {record.grade}",
        (
            row("value", record.describe()),
            row("unit", record.unit),
            row("distribution", _shape(record)),
            row("spread", _SPREAD[record.spread]),
            *rows(after_the_trials=_learned(record)),
            row("grade", f"{record.grade}: {MEANING[record.grade]}"),
            from_sources(sources()[key] for key in record.sources),
            row("note", record.note),
            row("used by", f"the mechanism '{mechanism}'"),
        ),
    )


def _shape(record: Parameter) -> str:
    told = ", ".join(f"{name} {value:g}" for name, value in record.shape.items())
    return f"{record.distribution}: {told}"


def _learned(record: Parameter) -> str:
    """What trials left of a number that they calibrated."""
    told = posterior().made["numbers"].get(record.key)
    if told is None:
        return ""
    return (
        f"{told['median']:.3g} {record.unit}".removesuffix(" 1")
        + f" (80 %: {told['low']:.3g} to {told['high']:.3g}); trials told "
        f"{100 * (1 - told['overlap']):.0f} % of what there was to learn"
    )


def _rule(rule: Rule) -> Card:
    return Card(
        rule.key,
        "rule",
        rule.title,
        f"{rule.category}, leads to {plain_key(rule.leads_to)}",
        (
            row("concerns", rule.applies_to),
            row("category", f"{rule.category}; leads to: {rule.leads_to}"),
            *rows(met_by=_triggers(rule.when), wait=_wait(rule)),
            row("reason", rule.reason),
            row("action", rule.action),
            row("conflict", rule.conflict),
            row("certainty", rule.certainty),
            from_sources(rule.sources),
        ),
    )


def _triggers(when: tuple[Alternative, ...]) -> str:
    told = (
        name.removeprefix("=")
        for each in when
        for name in (*each.terms, *each.allergies, *each.facts)
    )
    return ", ".join(plain_key(name) for name in dict.fromkeys(told))


def _wait(rule: Rule) -> str:
    if rule.washout_days_min is None:
        return ""
    least, most = rule.washout_days_min, rule.washout_days_max or rule.washout_days_min
    return f"{least:g} days" if least == most else f"{least:g} to {most:g} days; sources differ"
