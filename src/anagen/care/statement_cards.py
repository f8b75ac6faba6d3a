"""Cards of what is said to people: benefit, aftercare, harms, numbing, the session, consent."""

from collections.abc import Iterable, Iterator

from anagen.care.card import (
    Card,
    Row,
    Said,
    from_sources,
    listed,
    plain_key,
    resting_on,
    row,
    rows,
)
from anagen.consultation.changes import changes
from anagen.consultation.red_flags import red_flags
from anagen.evidence.adverse_events import Flag, adverse_events
from anagen.evidence.aftercare import aftercare
from anagen.evidence.anaesthetics import anaesthetic_labels
from anagen.evidence.benefit import benefits, expectations
from anagen.evidence.consent import consent_text
from anagen.evidence.grades import MEANING
from anagen.evidence.procedure_steps import procedure_steps
from anagen.evidence.sources import sources
from anagen.evidence.statements import Basis


def statement_cards() -> Iterator[Card]:
    """All of them, file by file."""
    for make in (_benefit, _consultation, _aftercare, _events, _numbing, _procedure, _consent):
        yield from make()


def _benefit() -> Iterator[Card]:
    for (condition, kind), benefit in benefits().items():
        yield Card(
            f"benefit:{condition}:{kind}",
            "benefit",
            f"{plain_key(kind).capitalize()} in {plain_key(condition)}",
            f"{benefit.level}; {benefit.number}",
            (
                row("in short", benefit.said),
                row("state of the evidence", benefit.level),
                row("effect", benefit.number),
                row("who was studied", benefit.population),
                row("grade", f"{benefit.grade}: {MEANING[benefit.grade]}"),
                from_sources(sources()[key] for key in benefit.sources),
            ),
        )
    for one in expectations():
        yield Card(
            f"expectation:{one.key}",
            "benefit",
            f"What to expect: {plain_key(one.key)}",
            one.said,
            (
                row("in short", one.said),
                *rows(of=", ".join(plain_key(kind) for kind in one.kinds)),
                *resting_on((sources()[key] for key in one.sources), one.certainty),
            ),
        )


def _consultation() -> Iterator[Card]:
    for flag in red_flags():
        yield Card(
            f"flag:{flag.key}",
            "red flag",
            f"A sign that needs a diagnosis: {plain_key(flag.key)}",
            f"{plain_key(flag.how_soon)}: {flag.do}",
            (
                row("asked", flag.question),
                row("may mean", flag.may_mean),
                row("do", flag.do),
                row("how soon", plain_key(flag.how_soon)),
                *_rules(flag.rules),
                *resting_on(flag.sources, flag.certainty),
            ),
        )
    for change in changes():
        yield Card(
            f"change:{change.key}",
            "what to change",
            f"When a course does not help: {plain_key(change.key)}",
            change.do,
            (
                row("do", change.do),
                row("why", change.why),
                *resting_on(change.sources, change.certainty),
            ),
        )


def _aftercare() -> Iterator[Card]:
    said = {
        "wait": "Left out after a session", "normal": "Normal after a session",
        "call": "Call about", "restart": "Minoxidil goes on again",
    }  # fmt: skip
    for key, advice in aftercare().items():
        hours = f"{advice.least_h:g} to {advice.most_h:g} h"
        if advice.least_h == advice.most_h:
            hours = f"{advice.most_h:g} h" if advice.most_h else "at any time"
        yield Card(
            f"aftercare:{key}",
            "aftercare",
            f"{said[advice.kind]}: {plain_key(advice.key)}",
            hours,
            (
                row("hours from the end of the session", hours),
                *rows(urgency=plain_key(advice.urgency or "")),
                row("why", advice.why),
                *_basis(advice.basis),
            ),
        )


def _events() -> Iterator[Card]:
    records = adverse_events()
    for kind in records.kinds.values():
        until = kind.normal_until_day
        yield Card(
            f"event:{kind.key}",
            "adverse event",
            kind.label,
            f"normal until day {until:g}" if until else f"never normal: {plain_key(kind.urgency)}",
            (
                row("what is normal", kind.normal.text),
                row("normal until", f"day {until:g}" if until else "never normal"),
                row("from the start", records.urgencies[kind.urgency]),
                row("the course", records.courses[kind.course]),
                *rows(asked=", ".join(map(plain_key, kind.ask))),
                *_flags(kind.flags),
                row("certainty", kind.normal.basis.certainty),
                _from(kind.normal.basis, *(flag.basis for flag in kind.flags)),
            ),
        )
    yield Card(
        "event:any",
        "adverse event",
        "Any adverse event: grading, what makes it urgent, where it is reported",
        f"{len(records.severities)} grades",
        (
            row("graded", records.grading.text),
            *(row(f"grade {grade}", said) for grade, said in records.severities.items()),
            *_flags(records.flags),
            *listed("reported to", (each.text for each in records.reports)),
            _from(
                records.grading.basis,
                *(each.basis for each in (*records.flags, *records.reports)),
            ),
        ),
    )


def _numbing() -> Iterator[Card]:
    known = anaesthetic_labels()
    for product in known.products.values():
        bases = [people.basis for people in product.people]
        if product.refused:
            bases.append(product.refused.basis)
        yield Card(
            f"numbing:{product.key}",
            "numbing cream",
            product.label,
            "refused" if product.refused else product.drug_class,
            (
                row("class", product.drug_class),
                *(row(f"{name}, mg/g", f"{mg:g}") for name, mg in product.mg_per_gram.items()),
                *rows(refused=product.refused.text if product.refused else ""),
                *listed(
                    "allowed by its label",
                    (
                        f"{each.said}: up to {each.most_grams:g} g on {each.most_area_cm2:g} cm², "
                        f"{each.least_minutes:g} to {each.most_minutes:g} min"
                        for each in product.people
                    ),
                ),
                row("certainty", bases[0].certainty),
                _from(*bases),
            ),
        )
    more = (known.sum_of_shares, known.no_limit_per_kg, known.whole_scalp, *known.watch)
    demands = [each for each in known.demands.values() if each.basis is not None]
    other = known.other_lidocaine
    yield Card(
        "numbing:any",
        "numbing cream",
        "Any numbing cream: limits of a day, and what to watch",
        f"{len(known.watch)} things to watch",
        (
            *listed("said", (each.text for each in more)),
            row(other.said, f"at most {other.most_mg:g} mg and {other.most_mg_per_kg:g} mg/kg"),
            *listed("limited by rules", (f"{each.rule}: {each.said}" for each in demands)),
            *_rules(tuple(known.demands)),
            _from(*(each.basis for each in (*more, other, *demands) if each.basis)),
        ),
    )


def _procedure() -> Iterator[Card]:
    records = procedure_steps()
    for step in records.steps:
        yield Card(
            f"step:{step.key}",
            "procedure",
            f"{plain_key(step.phase).capitalize()}: {plain_key(step.key)}",
            step.why,
            (
                row("step", step.text),
                row("why", step.why),
                *rows(when=", ".join(plain_key(fact) for fact in step.when)),
                row("minutes", f"{step.minutes:g}"),
                *_basis(step.basis),
            ),
        )
    yield Card(
        "procedure:needle",
        "procedure",
        "The longest needle",
        f"never above {records.hard_mm:g} mm without a warning",
        (
            *(
                row(zone, f"{most:g} mm. {records.of_zone[zone].text}")
                for zone, most in records.most_mm.items()
            ),
            row("anywhere", f"{records.hard_mm:g} mm. {records.hard.text}"),
            row("where needling must be shallow", f"{records.shallow_mm:g} mm"),
            _from(records.hard.basis, *(each.basis for each in records.of_zone.values())),
        ),
    )
    yield Card(
        "procedure:record",
        "procedure",
        "What is written down of a session",
        f"{len(records.record)} things",
        (
            *listed("written down", (f"{each.name} ({each.unit})" for each in records.record)),
            _from(*(each.basis for each in records.record)),
        ),
    )


def _consent() -> Iterator[Card]:
    text = consent_text()
    for part in text.sections:
        told = rows(text=part.text, when=", ".join(part.when))
        yield Card(
            f"consent:{part.key}", "consent", part.heading, "a part of the page of consent",
            (*told, *_basis(part.basis)),
        )  # fmt: skip
    for risk in text.risks:
        told = rows(how_often=risk.how_often, how_long=risk.how_long, when=", ".join(risk.when))
        yield Card(
            f"risk:{risk.key}", "consent", risk.what, risk.how_often,
            (*told, *_basis(risk.basis)),
        )  # fmt: skip


def _flags(flags: Iterable[Flag]) -> tuple[Row, ...]:
    return listed("more urgent", (f"{flag.text} ({plain_key(flag.urgency)})" for flag in flags))


def _rules(keys: Iterable[str]) -> tuple[Row, ...]:
    pieces = tuple(Said(key, key) for key in keys)
    return (Row("rules", pieces, ", "),) if pieces else ()


def _basis(basis: Basis) -> tuple[Row, ...]:
    return resting_on(basis.sources, basis.certainty)


def _from(*bases: Basis) -> Row:
    """Where several statements are from."""
    return from_sources(source for basis in bases for source in basis.sources)
