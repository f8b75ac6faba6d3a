"""Directives that print the project's own records, so that no table can disagree with the model.

``parameters``  numbers of one or several mechanisms, with their sources below
``grades``      what the grades mean
``sources``     all sources, and what names them
``benefits``    what trials say of each kind of option in each condition
``calibrated``  each calibrated number before and after the trials
``unused``      results of trials that calibration could not use, and why
``shared``      what the observation model learned of trials as such
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from anagen.evidence.benefit import benefits
from anagen.evidence.grades import MEANING
from anagen.evidence.parameters import Parameter, parameters
from anagen.evidence.posterior import posterior
from anagen.evidence.rules import rule_book
from anagen.evidence.sources import Source, sources

MOST_NAMED = 8
Row = Sequence[Sequence[nodes.Node]]  # cells, each of some blocks
_PMC = re.compile(r"PMC\d+")
_STANDS_FOR = {
    "people": "people differ",
    "ignorance": "the true value is not known",
    "none": "",
}
_SPACE = "\N{NARROW NO-BREAK SPACE}"


class Parameters(Directive):
    """``{parameters} closure`` or ``{parameters} areata effluvium``: tables of numbers."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = False

    def run(self) -> list[nodes.Node]:
        mechanisms = self.arguments[0].split()
        found = [p for p in parameters().values() if p.key.partition(".")[0] in mechanisms]
        missing = set(mechanisms) - {p.key.partition(".")[0] for p in found}
        if missing:
            raise self.error(f"no parameter of {', '.join(sorted(missing))}")
        cited = list(dict.fromkeys(source for p in found for source in p.sources))
        table = _table(
            ["Number", "Value and spread", "Grade", "From"],
            [_parameter_row(p, cited) for p in found],
            "numbers",
        )
        return [table, nodes.rubric(text="Sources of these numbers"), _source_list(cited, "from")]


def _parameter_row(p: Parameter, cited: Sequence[str]) -> Row:
    name = [_text(p.label), _said(nodes.literal(text=p.key))]
    if p.note:
        name.append(_text(p.note, "note"))
    value, _, spread = p.describe().partition(" (")
    spread = spread.removesuffix(")")
    stands_for = _STANDS_FOR[p.spread]
    said = [_text(value.replace(" ", _SPACE), "value"), _text(spread, "spread")]
    if stands_for:
        said.append(_text(stands_for, "spread"))
    links: list[nodes.Node] = []
    for key in p.sources:
        if links:
            links.append(nodes.Text(", "))
        number = str(1 + cited.index(key))
        links.append(nodes.reference("", number, refid=_anchor("from", key), internal=True))
    return [name, said, [_text(p.grade.replace("_", " "))], [nodes.paragraph("", "", *links)]]


class Grades(Directive):
    """The grades and their meaning."""

    def run(self) -> list[nodes.Node]:
        counted = dict.fromkeys(MEANING, 0)
        for parameter in parameters().values():
            counted[parameter.grade] += 1
        rows = [
            [[_text(grade.replace("_", " "))], [_text(meaning)], [_text(str(counted[grade]))]]
            for grade, meaning in MEANING.items()
        ]
        return [_table(["Grade", "Meaning", "Numbers of the model"], rows, "grades")]


class Sources(Directive):
    """All sources, in the order of their records."""

    def run(self) -> list[nodes.Node]:
        named: dict[str, list[str]] = {key: [] for key in sources()}
        for parameter in parameters().values():
            for key in parameter.sources:
                named[key].append(parameter.key)
        for rule in rule_book().rules:
            for source in rule.sources:
                named[source.key].append(f"rule {rule.key}")
        return [_source_list(list(sources()), "source", named)]


class Benefits(Directive):
    """What trials say, by condition and kind of option."""

    def run(self) -> list[nodes.Node]:
        rows = []
        for (condition, kind), benefit in benefits().items():
            cited = "; ".join(sources()[key].citation for key in benefit.sources)
            rows.append(
                [
                    [_text(condition.replace("_", " ").capitalize())],
                    [
                        _text(
                            kind.replace("needling_", "needling with ")
                            .replace("_", " ")
                            .capitalize()
                        )
                    ],
                    [_text(benefit.level), _text(benefit.grade.replace("_", " "), "spread")],
                    [
                        _text(benefit.said),
                        _text(f"{benefit.number}; {benefit.population}"),
                        _text(cited, "note"),
                    ],
                ]
            )
        return [_table(["Condition", "Option", "Evidence", "What trials say"], rows, "benefits")]


def _source_list(
    keys: Iterable[str], prefix: str, named: dict[str, list[str]] | None = None
) -> nodes.Node:
    listed = nodes.enumerated_list(classes=["sources"], enumtype="arabic", suffix=".", prefix="")
    for key in keys:
        source = sources()[key]
        item = nodes.list_item(ids=[_anchor(prefix, key)])
        line = nodes.paragraph()
        line += nodes.literal(text=key)
        line += nodes.Text(" " + source.citation)
        for label, address in _addresses(source):
            line += nodes.Text(" ")
            line += nodes.reference("", label, refuri=address)
        item += line
        if source.note:
            item += _text(source.note, "note")
        if named and named[key]:
            shown = named[key][:MOST_NAMED]
            more = len(named[key]) - len(shown)
            ending = f" and {more} more." if more else "."
            item += _text("Named by " + ", ".join(shown) + ending, "note")
        listed += item
    return listed


def _addresses(source: Source) -> list[tuple[str, str]]:
    found = []
    if source.doi:
        found.append((f"doi:{source.doi}", f"https://doi.org/{source.doi}"))
    if source.pmid:
        found.append((f"PMID {source.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/"))
    if _PMC.fullmatch(source.url):
        found.append((source.url, f"https://pmc.ncbi.nlm.nih.gov/articles/{source.url}/"))
    elif source.url.startswith("http"):
        found.append((source.url.removeprefix("https://"), source.url))
    return found


def _anchor(prefix: str, key: str) -> str:
    return f"{prefix}-{key.lower().replace('_', '-')}"


def _text(text: str, kind: str = "") -> nodes.paragraph:
    return nodes.paragraph("", text, classes=[kind] if kind else [])


def _said(node: nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", node)


def _table(heads: list[str], rows: Sequence[Row], kind: str) -> nodes.Node:
    group = nodes.tgroup(cols=len(heads))
    for _ in heads:
        group += nodes.colspec(colwidth=1)
    group += nodes.thead("", _row([[_text(head)] for head in heads]))
    group += nodes.tbody("", *(_row(cells) for cells in rows))
    return nodes.table("", group, classes=["records", kind])


def _row(cells: Row) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))


class Calibrated(Directive):
    """``{calibrated}``: what the trials told of each number."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        told = posterior().made["numbers"]
        rows = []
        for key in sorted(told, key=lambda key: told[key]["overlap"]):
            record, now = parameters()[key], told[key]
            before = record.describe().partition(" (")[0]
            after = f"{now['median']:.3g} ({now['low']:.3g} to {now['high']:.3g})"
            name = [_text(record.label), _said(nodes.literal(text=key))]
            learned = f"{100 * (1 - now['overlap']):.0f} %"
            rows.append([name, [_text(before)], [_text(after)], [_text(learned)]])
        heads = ["Number", "Before", "After: median (80 %)", "Learned"]
        return [_table(heads, rows, "numbers")]


class Shared(Directive):
    """``{shared}``: drift, scale and spreads of trials, given all of them."""

    has_content = False
    said: ClassVar[dict[str, str]] = {
        "drift_mean": "Mean drift of a trial, hairs/cm²",
        "drift_spread": "Spread of the drift between trials, hairs/cm²",
        "scale_spread": "Spread of the logarithm of a trial's scale",
        "arm_spread": "Error of an arm beside chance, hairs/cm²",
        "people_sd": "Standard deviation of a change between people, hairs/cm²",
        "um_drift_mean": "Mean drift of a trial's diameter, µm",
        "um_drift_spread": "Its spread between trials, µm",
        "um_arm_spread": "Error of an arm's diameter, µm",
        "um_people_sd": "Standard deviation of a change of diameter between people, µm",
    }

    def run(self) -> list[nodes.Node]:
        rows = []
        for name, said in self.said.items():
            low, middle, high = np.quantile(posterior().shared[name], [0.1, 0.5, 0.9])
            rows.append([[_text(said)], [_text(f"{middle:.2g} ({low:.2g} to {high:.2g})")]])
        return [_table(["Of trials", "Median (80 %)"], rows, "numbers")]


class Unused(Directive):
    """``{unused}``: results that could not be fitted."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        rows = [
            [[_text(f"{study} {arm}")], [_text(outcome.replace("_", " "))], [_text(why)]]
            for study, arm, outcome, why in posterior().made["unused"]
        ]
        return [_table(["Arm", "Outcome", "Why not"], rows, "numbers")]


DIRECTIVES: dict[str, type[Directive]] = {
    "parameters": Parameters,
    "grades": Grades,
    "sources": Sources,
    "benefits": Benefits,
    "calibrated": Calibrated,
    "shared": Shared,
    "unused": Unused,
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
