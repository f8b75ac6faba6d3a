"""Where every number, rule and sentence comes from; what trials say, and what nobody knows."""

from functools import cache, lru_cache
from importlib.metadata import version

from fastapi import APIRouter, HTTPException, Request, Response

from anagen.calibration.left_out_predictions import left_out_predictions
from anagen.care.card import Card
from anagen.care.document import Document
from anagen.care.dossier import summary
from anagen.care.evidence import cards, find, kinds, look_up
from anagen.care.evidence_findings import forest_findings
from anagen.care.evidence_view import TITLES, View, view
from anagen.care.forest import forest_svg
from anagen.care.spread_picture import spread_numbers, spread_of, spread_svg
from anagen.care.table import Numbers
from anagen.evidence.comparisons import compare
from anagen.evidence.parameters import parameters
from anagen.evidence.trials import CONDITIONS, trials
from anagen.qualification.failures import failures
from anagen.qualification.held_against import held_against
from anagen.reading import BadInput
from anagen.web.compressed import compressed
from anagen.web.gate import needs
from anagen.web.page import page

router = APIRouter(include_in_schema=False)
SHOWN = 50  # records on one page
WIDE, NARROW = 760, 344  # px
_READ = "evidence:read"


@router.get("/evidence", dependencies=[needs(_READ)])
def evidence(request: Request, q: str = "", kind: str = "", after: int = 0) -> Response:
    """Search, and the records of one kind; with neither, the questions that have a page."""
    asked, known = q.strip()[:200], kinds()
    if kind and kind not in known:
        raise BadInput(f"kind is {kind[:40]!r}; allowed is one of {', '.join(known)}.")
    looking = bool(asked or kind)
    found = find(asked, kind) if looking else []
    first = max(0, min(after, len(found)))
    return page(
        request,
        "evidence_list.html",
        q=asked,
        kind=kind,
        kinds=known,
        looking=looking,
        found=found[first : first + SHOWN],
        number=len(found),
        first=first,
        size=SHOWN,
        views=[] if looking else [(name, shown_view(name, None)) for name in TITLES],
        wrong=None if looking else qualification(),
    )


@router.get("/evidence/views/qualification", dependencies=[needs(_READ)])
def how_wrong(request: Request) -> Response:
    """How the forecast was calibrated, and how wrong it is."""
    return page(request, "evidence_document.html", said=qualification())


@router.get("/evidence/views/{name}", dependencies=[needs(_READ)])
def trial_view(request: Request, name: str, condition: str = "") -> Response:
    """One question put to the tables of trials, for one condition or all."""
    if name not in TITLES:
        raise HTTPException(404)
    shown = shown_view(name, condition or None)
    answer = page(
        request,
        "evidence_view.html",
        shown=shown,
        wide=shown.draw(width=WIDE, key="wide"),
        narrow=shown.draw(width=NARROW, key="narrow"),
        condition=condition,
        conditions=CONDITIONS,
    )
    return compressed(request, answer)  # nothing that was typed stands in it


@router.get("/evidence/{key}", dependencies=[needs(_READ)])
def record(request: Request, key: str) -> Response:
    """The card of one record."""
    try:
        card = look_up(key, "the search")
    except BadInput as fault:
        raise HTTPException(404, str(fault)) from None
    wide, narrow, numbers = drawn(card)
    return page(
        request, "evidence_card.html", card=card, wide=wide, narrow=narrow, numbers=numbers,
        known=cards(),
    )  # fmt: skip


def drawn(card: Card) -> tuple[str, str, Numbers | None]:
    """A card's picture for a wide page and a phone, and the numbers behind it, where it has one:
    how far a number is known, or what the arms of a study gained."""
    if card.kind == "number":
        spread = spread_of(parameters()[card.key])
        if spread is None:
            return "", "", None
        wide, narrow = (
            spread_svg(spread, card.title, width=width, key=f"spread-{width}")
            for width in (WIDE, NARROW)
        )
        return wide, narrow, spread_numbers(spread)
    if card.kind == "study":
        arms = [arm for arm in trials() if arm.study_id == card.key]
        compared = compare(arms, ())
        if compared.changes:
            said = forest_findings(compared, arms)
            wide, narrow = (
                forest_svg(compared, said, width=width, key=f"study-{width}")
                for width in (WIDE, NARROW)
            )
            return wide, narrow, None
    return "", "", None


def read_ahead() -> None:
    """Work out what never changes, a second's work, before somebody waits for it."""
    cards()
    for name in TITLES:
        shown_view(name, None)
    qualification()


@lru_cache(64)  # views times conditions
def shown_view(name: str, condition: str | None) -> View:
    """A view; the tables that it is of never change while the app runs."""
    return view(name, condition)


@cache
def qualification() -> Document:
    """How wrong the forecast is, from studies left out of the fit."""
    left_out = held_against(left_out_predictions())
    return summary(left_out, failures(left_out, ()), version("anagen"))
