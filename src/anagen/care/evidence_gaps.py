"""What is missing: how much of each report is told, and how often a comparison was made at all."""

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from anagen.care.drawing import TEXT, svg, text
from anagen.care.evidence_words import CLASSES_IN_A_SENTENCE, SETTINGS_COMPARED
from anagen.care.scale import wrap
from anagen.care.tokens import ON_PAGE
from anagen.evidence.comparisons import CLASSES
from anagen.evidence.gaps import REPORTS, Contest, Count, Gaps

_NARROW = 560  # px
_ROW = 22  # px
_TOLD = "Told in the rows to which it applies"
_SET = "The same treatment, set in two ways within a study"
_MEANING = (
    ("spread", "study with the change and its spread in both arms"),
    ("numbers", "study with the change in hairs/cm² of both arms"),
    ("words", "study without such numbers"),
)
_SIGNS = {"spread": "■", "numbers": "▣", "words": "□"}


def _groups(found: Gaps) -> Iterator[tuple[str, list[tuple[str, Contest]]]]:
    """Headings and their comparisons, each named."""
    for one in dict.fromkeys(contest.one for contest in found.contests):
        rows = [
            (f"against {CLASSES_IN_A_SENTENCE[contest.other]}", contest)
            for contest in found.contests
            if contest.one == one
        ]
        yield CLASSES[one], rows
    yield _SET, [(SETTINGS_COMPARED[each.one], each) for each in found.settings]


def _kinds(contest: Contest) -> list[str]:
    """One entry for each study, the fullest first."""
    spread, numbers = len(contest.with_spread), len(contest.with_numbers)
    rest = len(contest.studies) - numbers
    return ["spread"] * spread + ["numbers"] * (numbers - spread) + ["words"] * rest


def gaps_svg(
    found: Gaps,
    findings: Sequence[str],
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 760,
    key: str = "missing",
) -> str:
    """What is told and what was compared, as SVG; ``findings`` are its description."""
    ink, quiet = colours["ink"], colours["quiet"]
    narrow = width < _NARROW
    left = 12 if narrow else 326
    y = 20.0
    parts = [_bold(12, y, _TOLD, ink)]
    y += 12
    for count in found.counts:
        parts.append(text(12, y + 15, REPORTS[count.report].label, ink))
        y += _ROW if narrow else 0
        parts.append(_bar(count, left, width - left - 140, y, colours))
        parts.append(text(width - 130, y + 15, _share(count), quiet))
        y += _ROW + (4 if narrow else 0)
    y += 34
    for kind, meant in _MEANING:
        parts.append(_square(12, y - 10, kind, colours))
        parts.append(text(32, y, meant, ink))
        y += 18
    for title, rows in _groups(found):
        for row in wrap(title, width - 24, TEXT * 1.12):
            parts.append(_bold(12, y + 22, row, ink))
            y += 18
        y += 12
        for name, contest in rows:
            parts.append(text(12, y + 15, name, ink))
            y += _ROW - 4 if narrow else 0
            for index, kind in enumerate(_kinds(contest)):
                parts.append(_square(left + 18 * index, y + 4, kind, colours))
            if not contest.studies:
                parts.append(text(left, y + 15, "no study", quiet))
            y += _ROW
    title = "What the trials do not tell, and what they never compared"
    return svg(width, y + 12, key, title, " ".join(findings), "".join(parts))


def _bar(count: Count, x: float, width: float, y: float, colours: Mapping[str, str]) -> str:
    """The whole is what applies; filled is what is told."""
    told = width * (count.rows - count.untold) / count.rows if count.rows else 0
    outline = f'y="{y + 4:.1f}" height="13" rx="2"'
    return (
        f'<rect class="told" x="{x:.1f}" width="{told:.1f}" {outline} fill="{colours["anagen"]}"/>'
        f'<rect x="{x:.1f}" width="{width:.1f}" {outline} fill="none" '
        f'stroke="{colours["quiet"]}"/>'
    )


def _share(count: Count) -> str:
    return f"{count.rows - count.untold} of {count.rows}" if count.rows else "no row"


def _square(x: float, y: float, kind: str, colours: Mapping[str, str]) -> str:
    colour = colours["anagen"]
    whole = (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="12" height="12" rx="2" '
        f'fill="{colour if kind == "spread" else "none"}" stroke="{colour}" stroke-width="1.6"/>'
    )
    if kind == "numbers":
        whole += f'<rect x="{x + 3:.1f}" y="{y + 3:.1f}" width="6" height="6" fill="{colour}"/>'
    return whole


def _bold(x: float, y: float, words: str, fill: str) -> str:
    return text(x, y, words, fill).replace("<text ", '<text font-weight="600" ', 1)


def gaps_text(found: Gaps, width: int) -> Text:
    """The same in letters."""
    name, number = 32, 12
    room = width - name - number
    lines = [Text(_TOLD, style="bold")]
    for count in found.counts:
        told = round(room * (count.rows - count.untold) / count.rows) if count.rows else 0
        bar = "█" * told + "░" * (room - told)
        label = REPORTS[count.report].label
        lines.append(Text.assemble(f"{label:<{name}}", (bar, "green"), f" {_share(count)}"))
    for title, rows in _groups(found):
        lines += [Text(), Text(title, style="bold")]
        for said, contest in rows:
            signs = " ".join(_SIGNS[kind] for kind in _kinds(contest)) or "no study"
            style = "green" if contest.studies else "dim"
            lines.append(Text.assemble(f"  {said:<50}", (signs, style)))
    lines.append(Text())
    lines += [Text(f"{_SIGNS[kind]} {meant}", style="dim") for kind, meant in _MEANING]
    return Text("\n").join(lines)


def arms_text(found: Gaps) -> Text:
    """Arm by arm: a filled mark for what is told, a hollow one for what is not."""
    if not found.arms:
        return Text()
    head = " ".join(str(index) for index in range(len(REPORTS)))
    lines = [Text("Arm by arm", style="bold")]
    lines += [Text(f"{index} {report.label}") for index, report in enumerate(REPORTS.values())]
    lines += [Text(), Text(f"{'':<56}{head}", style="bold")]
    for arm in found.arms:
        signs = " ".join(
            "●" if key in arm.told else "○" if key in arm.untold else "·" for key in REPORTS
        )
        name = f"{arm.study_id} {arm.arm_id}"
        lines.append(Text(f"{name[:54]:<56}{signs}"))
    lines += [Text(), Text("● told   ○ not told   · does not apply", style="dim")]
    return Text("\n").join(lines)
