"""Directives that print the tables of trials: their columns, and what their views show.

``columns``   every column of a table: what it holds, its unit, what is allowed
``findings``  the sentences under a view
``numbers``   the tables behind a view, folded away
"""

from html import escape
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from records import Row, _said, _table, _text
from sphinx.application import Sphinx

from anagen.care.evidence_view import view
from anagen.evidence.columns import Column, columns_of
from anagen.evidence.pooled import PooledEffect
from anagen.evidence.trials import ArmOutcome

TABLES: dict[str, type[Any]] = {"trials": ArmOutcome, "pooled": PooledEffect}


class Columns(Directive):
    """``{columns} trials``: the columns as the reader of the table knows them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        table = self.arguments[0]
        if table not in TABLES:
            raise self.error(f"there is no table {table!r}")
        rows = [_column_row(name, column) for name, column in columns_of(TABLES[table]).items()]
        return [_table(["Column", "Holds", "Unit", "Allowed"], rows, "columns")]


def _column_row(name: str, column: Column) -> Row:
    head: list[nodes.Node] = [_said(nodes.literal(text=name))]
    if column.required:
        head.append(_text("required", "spread"))
    if column.words is None:
        allowed: list[nodes.Node] = [_text(column.allowed)]
    else:
        allowed = []
        for word, meaning in column.words.items():
            line = nodes.paragraph("", "", nodes.literal(text=word))
            line += nodes.Text(f": {meaning}")
            allowed.append(line)
    return [head, [_text(column.meaning)], [_text(column.unit)], allowed]


class Findings(Directive):
    """``{findings} forest``: what a view shows, counted from the tables."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        shown = view(self.arguments[0])
        listed = [shown.findings]
        if shown.worth_measuring:
            listed.append(shown.worth_measuring)
        found: list[nodes.Node] = []
        for sentences in listed:
            if found:
                found.append(nodes.rubric(text="Worth measuring"))
            items = (nodes.list_item("", _text(sentence)) for sentence in sentences)
            found.append(nodes.bullet_list("", *items))
        return found


class Numbers(Directive):
    """``{numbers} forest``: the tables behind a view."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        found: list[nodes.Node] = []
        for table in view(self.arguments[0]).tables:
            rows = [[[_text(cell)] for cell in row] for row in table.rows]
            opened = f"<details><summary>{escape(table.caption)}</summary>"
            found += [
                nodes.raw("", f'{opened}<div class="scroll">', format="html"),
                _table(list(table.head), rows, "shown"),
                nodes.raw("", "</div></details>", format="html"),
            ]
        return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in {"columns": Columns, "findings": Findings, "numbers": Numbers}.items():
        app.add_directive(name, directive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
