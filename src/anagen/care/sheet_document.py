"""The procedure sheet as a document: the day in its order, and what is written down."""

from anagen.care.citations import Citations
from anagen.care.document import Document, Rows, Section
from anagen.care.words import DECISIONS, plain
from anagen.evidence.statements import Statement
from anagen.procedure import Allowed, Sheet

_ORIGINS = {"protocol": "the protocol", "person": "this person", "rule": "a rule"}


def sheet_document(sheet: Sheet, version: str) -> Document:
    """A session, or why there is none."""
    cite = Citations()
    sections = (
        *_held_back(sheet, cite),
        *_said("Read this first", sheet.warnings, cite),
        *_asked(sheet),
        *_needles(sheet, cite),
        *_numbing(sheet, cite),
        *_steps(sheet, cite),
        *_findings(sheet, cite),
        *_record(sheet),
        cite.section(),
    )
    lead = f"{DECISIONS[sheet.decision]}. {sheet.off_label}"
    return Document("Procedure sheet", lead, sections, f"anagen {version}")


def _held_back(sheet: Sheet, cite: Citations) -> tuple[Section, ...]:
    if not sheet.held_back_by:
        return ()
    rows = tuple(
        (
            f"{plain(each.title)}. {plain(each.reason)}",
            plain(each.action),
            cite((each.source,), each.certainty),
        )
        for each in sheet.held_back_by
    )
    head = ("Why", "What to do", "Source")
    return (
        Section(
            "No session",
            ("Nothing is prepared, because the screening holds needling back.",),
            tables=(Rows("What holds it back", head, rows, (2.4, 1.6, 0.9)),),
        ),
    )


def _said(title: str, statements: tuple[Statement, ...], cite: Citations) -> tuple[Section, ...]:
    if not statements:
        return ()
    items = tuple(
        f"{plain(each.text)} {cite(each.basis.cited, each.basis.certainty)}" for each in statements
    )
    return (Section(title, items=items),)


def _asked(sheet: Sheet) -> tuple[Section, ...]:
    if not sheet.asked:
        return ()
    rows = tuple((plain(each.question), each.field) for each in sheet.asked)
    return (
        Section(
            "To be known before the first needle",
            tables=(Rows("What nobody has said yet", ("Question", "Where it goes"), rows),),
        ),
    )


def _needles(sheet: Sheet, cite: Citations) -> tuple[Section, ...]:
    if not sheet.lines:
        return ()
    rows = tuple(
        (
            each.zone,
            f"{each.needle_mm:g} mm" + (f" ({each.shortened})" if each.shortened else ""),
            f"{each.most_mm:g} mm; skin about {each.skin_mm:.2g} mm",
            cite(each.basis.cited, each.basis.certainty),
        )
        for each in sheet.needles
    )
    head = ("Zone", "Needle", "Longest here", "Source")
    return (
        Section("Needles by zone", tables=(Rows("The shortest that the plan names", head, rows),)),
    )


def _numbing(sheet: Sheet, cite: Citations) -> tuple[Section, ...]:
    if sheet.numbing is None:
        return ()
    if isinstance(sheet.numbing, Allowed):
        return (_dose(sheet.numbing, cite),)
    why = [
        f"{plain(each.text)} {cite(each.basis.cited, each.basis.certainty)}"
        for each in sheet.numbing.reasons
    ]
    why += [f"To be known: {plain(each.question)}" for each in sheet.numbing.questions]
    said = "The dose is not computed, and no cream is put on, until this is settled."
    return (Section("Numbing cream: refused", (said,), tuple(why)),)


def _dose(numbing: Allowed, cite: Citations) -> Section:
    creams = tuple(
        f"{each.label}: {each.grams:g} g on {each.area_cm2:g} cm². It numbs from "
        f"{each.numbs_from_minutes:g} minutes on; all of it is off after "
        f"{each.remove_by_minutes:g} minutes at the latest, and before the first needle."
        for each in numbing.creams
    )
    total = "; ".join(
        f"{substance} {mg:g} mg ({numbing.total_mg_per_kg[substance]:.2g} mg/kg)"
        for substance, mg in numbing.total_mg.items()
    )
    rows = tuple(
        (
            f"{each.name} ({plain(each.said)})",
            f"{each.value:.4g} of {each.most:.4g} {each.unit}",
            f"{100 * each.share:.0f} %",
            cite(each.basis.cited, each.basis.certainty),
        )
        for each in numbing.limits
    )
    watch = tuple(plain(each.text) for each in (*numbing.cautions, *numbing.watch))
    return Section(
        "Numbing cream",
        (*creams, f"Put on in all: {total}."),
        watch,
        (
            Rows(
                "Every limit, and how much of it this takes",
                ("Limit", "Taken", "Share", "Source"),
                rows,
            ),
        ),
    )


def _steps(sheet: Sheet, cite: Citations) -> tuple[Section, ...]:
    if not sheet.lines:
        return ()
    rows = tuple(
        (
            plain(line.text),
            f"{line.minute:.0f} min",
            f"{plain(line.why)} (From {_ORIGINS[line.origin]}.)",
            cite(line.basis.cited, line.basis.certainty),
        )
        for line in sheet.lines
    )
    head = ("Step", "Begins", "Why", "Source")
    caption = f"From arrival; about {sheet.minutes:.0f} minutes in all"
    return (
        Section("The session, step by step", tables=(Rows(caption, head, rows, (3, 0.7, 2.4, 1)),)),
    )


def _findings(sheet: Sheet, cite: Citations) -> tuple[Section, ...]:
    if not sheet.findings:
        return ()
    rows = tuple(
        (plain(each.title), plain(each.action), cite((each.source,), each.certainty))
        for each in sheet.findings
    )
    head = ("Finding", "What to do", "Source")
    return (
        Section(
            "Take care today",
            tables=(Rows("Cautions of the screening", head, rows, (1.6, 2.4, 0.9)),),
        ),
    )


def _record(sheet: Sheet) -> tuple[Section, ...]:
    if not sheet.lines:
        return ()
    rows = tuple(
        (each.name, each.unit or "words", "each zone" if each.per_zone else "once", "")
        for each in sheet.record
    )
    head = ("Write down", "In", "How often", "Entry")
    return (
        Section(
            "Record", tables=(Rows("Even where nothing happened", head, rows, (1.6, 1, 0.8, 2)),)
        ),
    )
