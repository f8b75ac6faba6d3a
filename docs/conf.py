"""The documentation. Nothing on its pages is loaded from outside."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from anagen.care.tokens import DARK, LIGHT

project = "anagen"
author = "The anagen maintainers"
project_copyright = "The anagen maintainers; Apache-2.0"
release = version = installed("anagen")
language = "en-GB"

extensions = ["myst_parser", "mathml", "records", "evidence_records", "pictures"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
exclude_patterns = ["_build", "_generated", "_ext"]
nitpicky = True

html_theme = "furo"
html_title = f"anagen {release}"
html_static_path = ["_static"]
html_css_files = ["anagen.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "xcode"
pygments_dark_style = "github-dark"


def _furo(colours: dict[str, str]) -> dict[str, str]:
    """The project's colours under the theme's names."""
    return {
        "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
        "font-stack--monospace": "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
        "color-background-primary": colours["paper"],
        "color-background-secondary": colours["card"],
        "color-background-hover": colours["card"],
        "color-background-hover--transparent": colours["card"],
        "color-background-border": f"color-mix(in srgb, {colours['quiet']} 30%, transparent)",
        "color-background-item": colours["card"],
        "color-card-background": colours["card"],
        "color-card-border": f"color-mix(in srgb, {colours['quiet']} 30%, transparent)",
        "color-foreground-primary": colours["ink"],
        "color-foreground-secondary": colours["quiet"],
        "color-foreground-muted": colours["quiet"],
        "color-foreground-border": colours["quiet"],
        "color-brand-primary": colours["anagen"],
        "color-brand-content": colours["anagen"],
        "color-brand-visited": colours["anagen"],
        "color-highlight-on-target": f"color-mix(in srgb, {colours['telogen']} 18%, transparent)",
        "color-inline-code-background": colours["card"],
        "color-sidebar-background": colours["card"],
        "color-sidebar-link-text--top-level": colours["anagen"],
        "color-table-header-background": colours["card"],
        "color-table-border": f"color-mix(in srgb, {colours['quiet']} 25%, transparent)",
        "color-admonition-background": colours["card"],
    }


html_theme_options = {
    "light_css_variables": _furo(dict(LIGHT)),
    "dark_css_variables": _furo(dict(DARK)),
    "navigation_with_keys": False,
}
