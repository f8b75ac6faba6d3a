"""Pages gone through by keyboard alone; every stop is held against WCAG 2.2 (2.4.7 and 2.4.11).

    from keyboard import answer, follow, step, to, unreached

- ``step(page)``: one Tab on; says where that is. What has the focus must be in view, not covered,
  and the only thing on the page with an outline.
- ``to(page, "vertex.on")``: on until a field of that name has the focus, or a link or button that
  says it.
- ``answer(page, "born", "1992-03-04")``: a field typed, ticked or chosen with the arrows.
- ``follow(page, "Keep")``: a link or button, and the page that it leads to.
- ``unreached(page)``: what a person cannot come to with Tab, once around the page.
"""

from datetime import datetime
from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 1500
# A date is several stops of one field: its parts, and the button of the calendar.
MOST_IN_ONE_FIELD = 8
_INTERACTIVE = (
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)
_STOP = """(interactive) => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const outlined = (each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const box = it.getClientRects()[0] ?? new DOMRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const places = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const touched = places.map(([x, y]) =>
    document.elementFromPoint(left + x * (right - left), top + y * (bottom - top)));
  const faults = [];
  if (right <= left || bottom <= top) faults.push("is out of view");
  else if (!touched.some((each) => it.contains(each))) faults.push("is covered");
  // The button of a calendar is the browser's own, which marks it itself.
  if (it.matches(":focus") && !outlined(it)) faults.push("does not show that it has the focus");
  for (const each of document.querySelectorAll(interactive)) {
    if (each !== it && outlined(each)) faults.push(`is outlined as is ${each.outerHTML}`);
  }
  window.stops ??= [];
  const stayed = stops.at(-1) === it, again = stops[0] === it && !stayed;
  stops.push(it);
  const said = (it.getAttribute("aria-label") ?? it.innerText ?? "").trim();
  const names = [it.id, it.name, said].filter(Boolean);
  return { names, html: it.outerHTML, faults, stayed, again };
}"""
# Of a group of radio buttons one is a stop; the arrows go to the others.
_NO_STOP = """(interactive) => [...document.querySelectorAll(interactive)].filter((each) =>
  !each.disabled && each.checkVisibility({ visibilityProperty: true }) && !stops.includes(each) &&
  !(each.type === "radio" && stops.some((it) => it.type === "radio" && it.name === each.name))
).map((each) => each.outerHTML.slice(0, 200))"""


def step(page: Page) -> list[str]:
    """On to the next stop: its id, its name, what it says. Nothing where the page has ended."""
    stop = _next_stop(page)
    return stop["names"] if stop else []


def to(page: Page, name: str) -> None:
    """On with Tab until what is called so has the focus."""
    reached: list[str] = page.evaluate("[document.activeElement.id, document.activeElement.name]")
    for _ in range(MOST_STOPS):
        if name in reached:
            return
        reached = step(page)
    raise AssertionError(f"{name} is not reached by keyboard on {page.url}")


def answer(page: Page, name: str, value: str) -> None:
    """A field as a person fills it by keyboard."""
    to(page, name)
    kind = page.evaluate("document.activeElement.type")
    if kind in {"select-one", "radio"}:
        _choose(page, value)
    elif kind == "checkbox":
        page.keyboard.press("Space")
        assert page.evaluate("document.activeElement.checked"), name
    elif kind == "date":
        page.keyboard.type(f"{datetime.fromisoformat(value):%m%d%Y}")
    elif kind == "datetime-local":
        page.keyboard.type(f"{datetime.fromisoformat(value):%m%d%Y}")
        page.keyboard.press("ArrowRight")
        page.keyboard.type(f"{datetime.fromisoformat(value):%I%M%p}")
    else:
        page.keyboard.press("Control+A")
        page.keyboard.type(value)


def follow(page: Page, name: str) -> None:
    """A link or button that says so, and the page behind it."""
    to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def unreached(page: Page) -> list[str]:
    """Once around the page with Tab: the links, buttons and fields that are seen, yet no stop."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    stayed = 0
    for _ in range(MOST_STOPS):
        stop = _next_stop(page)
        if stop and stop["again"]:
            return page.evaluate(_NO_STOP, _INTERACTIVE)
        stayed = stayed + 1 if stop and stop["stayed"] else 0
        assert stayed < MOST_IN_ONE_FIELD, f"Tab does not lead out of {stop} on {page.url}"
    raise AssertionError(f"Tab does not lead around {page.url}")


def _next_stop(page: Page) -> dict[str, Any] | None:
    page.keyboard.press("Tab")
    stop = page.evaluate(_STOP, _INTERACTIVE)
    assert not stop or not stop["faults"], f"on {page.url} {stop['html']} {stop['faults']}"
    return stop


def _choose(page: Page, value: str) -> None:
    for _ in range(80):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} cannot be chosen on {page.url}")
