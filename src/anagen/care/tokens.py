"""The colours of every page, by name. Terminal, page and paper take them from here alone."""

from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "paper": "#FBF8F3",  # ground
        "card": "#FFFFFF",  # surfaces
        "ink": "#1F2A2B",  # text
        "quiet": "#5A6768",  # secondary text
        "anagen": "#1B6B5A",  # growth, the main line
        "telogen": "#8A6A2F",  # rest, caution
        "skin": "#E9B99A",  # the illustrated tissue
        "blood": "#B4533C",  # its vessels and its redness
        "needle": "#4B5A6A",  # device, neutral series
        "alarm": "#B23A2E",  # do not treat; always with a word and a shape too
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "paper": "#14191A",
        "card": "#1D2425",
        "ink": "#ECE7DF",
        "quiet": "#A9B3B2",
        "anagen": "#5CC2A7",
        "telogen": "#D9B36C",
        "skin": "#8C5F49",
        "blood": "#E0927B",
        "needle": "#AEBBC9",
        "alarm": "#F0887C",
    }
)
# A page's own colours: custom properties, so that one drawing serves light and dark. The fallback
# keeps a drawing readable when it is cut out of its page.
ON_PAGE: Mapping[str, str] = MappingProxyType(
    {name: f"var(--{name}, {value})" for name, value in LIGHT.items()}
)
# Opacity of the bands that hold 50 and 90 of 100 draws.
BAND_50 = 0.28
BAND_90 = 0.12


def custom_properties(colours: Mapping[str, str]) -> str:
    """The colours as CSS declarations."""
    return "".join(f"--{name}:{value};" for name, value in colours.items())
