"""That a page which cannot be gone through by keyboard is found out."""

import pytest
from browser import chromium
from keyboard import unreached
from playwright.sync_api import Browser

__all__ = ["chromium"]
STYLE = "<style>:focus-visible { outline: 3px solid green }</style>"
FINE = """<a href="/">one</a> <label><input type="radio" name="r"> two</label>
<label><input type="radio" name="r"> three</label> <input type="date"> <textarea></textarea>
<details><summary>more</summary><button>four</button></details> <button disabled>five</button>"""


def test_all_of_a_page_is_reached(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(STYLE + FINE)
    assert unreached(page) == []
    page.close()


def test_what_is_passed_by_is_named(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(f'{STYLE}{FINE}<a href="/" tabindex="-1">six</a>')
    assert unreached(page) == ['<a href="/" tabindex="-1">six</a>']
    page.close()


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("<style>button { outline: none !important }</style>", "does not show"),
        ("<style>textarea { outline: 2px solid red }</style>", "is outlined as is"),
        ('<a href="/" style="position: fixed; left: -999px">six</a>', "out of view"),
        ('<p style="position: fixed; inset: 0; background: white">over it</p>', "is covered"),
        ('<button onkeydown="event.preventDefault()">six</button>', "does not lead out"),
    ],
)
def test_a_page_that_cannot_be_gone_through_is_found_out(
    planted: str, said: str, chromium: Browser
) -> None:
    page = chromium.new_page()
    page.set_content(STYLE + FINE + planted)
    with pytest.raises(AssertionError, match=said):
        unreached(page)
    page.close()
