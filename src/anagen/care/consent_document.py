"""The consent page in the patient's language; every part says how sure it is and who says so."""

from collections.abc import Mapping
from typing import Any

from anagen.care.citations import Citations
from anagen.care.document import Document, Rows, Section
from anagen.care.pages import Language, page
from anagen.evidence.consent import Risk
from anagen.evidence.consent import Section as Part
from anagen.evidence.statements import Basis
from anagen.procedure import ConsentPage

_LINE = "_" * 42


def consent_document(consent: ConsentPage, language: Language, version: str) -> Document:
    """All that holds for the person, to be talked through."""
    said, sure = page("consent", language), page("handout", language)["certainty"]
    head, cite = said["head"], Citations()

    def because(basis: Basis) -> str:
        numbers = ", ".join(str(number) for number in cite.numbers(basis.cited))
        return f"[{numbers}: {sure[basis.certainty]}]"

    parts = {part.key: _section(part, said, because(part.basis)) for part in consent.sections}
    off_label = parts.pop("off_label")
    rows = tuple(_risk(risk, said, because(risk.basis)) for risk in consent.risks)
    columns = (head["what"], head["how_often"], head["how_long"], head["source"])
    risks = Rows(head["risks"], columns, rows, (1.6, 1.7, 1.3, 1.1))
    sign = (head["yes"], f"{head['sign']}: {_LINE}", f"{head['photographs']}: {_LINE}")
    return Document(
        said["title"],
        " ".join(off_label.paragraphs),
        (
            *parts.values(),
            Section(head["risks"], tables=(risks,)),
            Section(head["sign"], sign),
            cite.section(head["source"]),
        ),
        f"anagen {version}",
        language,
    )


def _section(part: Part, said: Mapping[str, Any], because: str) -> Section:
    told = said.get("sections", {}).get(part.key)  # English stands with the evidence
    heading, text = (part.heading, part.text) if told is None else (told["heading"], told["text"])
    return Section(heading, (f"{text} {because}",))


def _risk(risk: Risk, said: Mapping[str, Any], because: str) -> tuple[str, ...]:
    told = said.get("risks", {}).get(risk.key)
    if told is None:
        return risk.what, risk.how_often, risk.how_long, because
    return told["what"], told["how_often"], told["how_long"], because
