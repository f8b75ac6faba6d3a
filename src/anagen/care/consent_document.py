"""The consent page in the patient's language, with the source behind every part."""

from collections.abc import Mapping
from typing import Any

from anagen.care.document import Document, Rows, Section
from anagen.care.pages import Language, page
from anagen.evidence.consent import Risk
from anagen.evidence.consent import Section as Part
from anagen.procedure import ConsentPage


def consent_document(consent: ConsentPage, language: Language, version: str) -> Document:
    """All that holds for the person, to be talked through; sources behind the text."""
    said = page("consent", language)
    head = said["head"]
    parts = {part.key: _section(part, said) for part in consent.sections}
    risks = Section(
        head["risks"],
        tables=(
            Rows(
                head["risks"],
                (head["what"], head["how_often"], head["how_long"]),
                tuple(_risk(risk, said) for risk in consent.risks),
            ),
        ),
    )
    line = "_" * 42
    sign = Section(
        head["sign"], (head["yes"], f"{head['sign']}: {line}", f"{head['photographs']}: {line}")
    )
    cited = {
        source: None for each in (*consent.sections, *consent.risks) for source in each.basis.cited
    }
    sources = Section(head["source"], items=tuple(cited))
    off_label = parts.pop("off_label")
    return Document(
        said["title"],
        " ".join(off_label.paragraphs),
        (*parts.values(), risks, sign, sources),
        f"anagen {version}",
        language,
    )


def _section(part: Part, said: Mapping[str, Any]) -> Section:
    told = said.get("sections", {}).get(part.key)
    if told is None:
        return Section(part.heading, (part.text,))
    return Section(told["heading"], (told["text"],))


def _risk(risk: Risk, said: Mapping[str, Any]) -> tuple[str, str, str]:
    told = said.get("risks", {}).get(risk.key)
    if told is None:
        return risk.what, risk.how_often, risk.how_long
    return told["what"], told["how_often"], told["how_long"]
