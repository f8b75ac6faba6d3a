"""Small shapes for decisions and severities, so that none is told by colour alone."""

from collections.abc import Mapping

# decision or severity -> (colour token, shape)
_MARKS: Mapping[str, tuple[str, str]] = {
    "proceed": ("anagen", "circle"),
    "caution": ("telogen", "triangle"),
    "defer": ("telogen", "pause"),
    "refer": ("telogen", "diamond"),
    "do_not_treat": ("alarm", "octagon"),
    "absolute": ("alarm", "octagon"),
    "relative": ("telogen", "diamond"),
    "information": ("needle", "circle"),
}
_SHAPES: Mapping[str, tuple[str, str]] = {
    # outline, and the sign inside it, on a grid of 20
    "circle": ("M10 1.5a8.5 8.5 0 1 0 .01 0z", "M10 9v5.5M10 5.2v1.6"),
    "triangle": ("M10 1.8 19 18H1z", "M10 7.5v5M10 14.6v1.6"),
    "pause": (
        "M2 4.5Q2 2 4.5 2h11Q18 2 18 4.5v11q0 2.5-2.5 2.5h-11Q2 18 2 15.5z",
        "M7.5 6v8M12.5 6v8",
    ),
    "diamond": ("M10 .8 19.2 10 10 19.2.8 10z", "M10 5v6M10 13.2v1.6"),
    "octagon": ("M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z", "M5.5 10h9"),
}
# The same shapes where a page has letters only.
LETTERS: Mapping[str, str] = {
    "proceed": "●",
    "caution": "▲",
    "defer": "■",
    "refer": "◆",
    "do_not_treat": "✖",
    "absolute": "✖",
    "relative": "◆",
    "information": "●",
}


def colour_of(kind: str) -> str:
    """The token of a decision or severity."""
    return _MARKS[kind][0]


def mark(kind: str, colours: Mapping[str, str]) -> str:
    """The shape as SVG. Its word stands beside it, so it is hidden from screen readers."""
    token, shape = _MARKS[kind]
    outline, sign = _SHAPES[shape]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="mark" viewBox="0 0 20 20" width="20" '
        f'height="20" aria-hidden="true"><path d="{outline}" fill="{colours[token]}"/>'
        f'<path d="{sign}" stroke="{colours["card"]}" stroke-width="2.2" fill="none" '
        'stroke-linecap="round"/></svg>'
    )
