"""Pictures that code draws when the site is built, each for light and dark pages.

``{picture} name`` shows what ``drawings.DRAWINGS[name]`` draws; its content is the caption. They
are kept in ``_generated/`` and drawn again only when the model, its numbers or the drawings change.
"""

from pathlib import Path
from typing import Any, cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import anagen

logger = logging.getLogger(__name__)
FOLDER = "_generated"


class Picture(SphinxDirective):
    """A drawn figure with its caption."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012 - docutils' own form

    def run(self) -> list[nodes.Node]:
        from drawings import DRAWINGS

        name = self.arguments[0]
        if name not in DRAWINGS:
            raise self.error(f"there is no drawing {name!r}")
        if "alt" not in self.options:
            raise self.error(f"the picture {name!r} needs words for who cannot see it (alt)")
        figure = nodes.figure()
        for theme in ("light", "dark"):
            figure += nodes.image(
                uri=f"/{FOLDER}/{name}-{theme}.svg",
                alt=self.options["alt"],
                classes=[f"only-{theme}"],
            )
        caption = nodes.caption()
        parsed = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        for paragraph in parsed.children:
            caption += cast(nodes.Element, paragraph).children
        figure += caption
        return [figure]


def _newest(*folders: Path) -> float:
    return max(
        path.stat().st_mtime
        for folder in folders
        for pattern in ("**/*.py", "**/*.toml", "**/*.csv")
        for path in folder.glob(pattern)
    )


def draw_all(app: Sphinx) -> None:
    """Draw what is missing or older than what it shows."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    package = Path(anagen.__file__).parent
    changed = max(
        _newest(package / "scalp", package / "evidence"),
        *(
            path.stat().st_mtime
            for path in (*Path(__file__).parent.glob("*.py"), *package.glob("*.py"))
        ),
    )
    from drawings import DRAWINGS, VIEWS, draw

    for name in DRAWINGS:
        made = [folder / f"{name}-{theme}.svg" for theme in ("light", "dark")]
        # What draws itself takes no time and hangs on the pages' own code too.
        kept = name not in VIEWS
        if kept and all(path.exists() and path.stat().st_mtime > changed for path in made):
            continue
        logger.info("drawing %s", name)
        draw(name, folder)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the drawing."""
    app.add_directive("picture", Picture)
    app.connect("builder-inited", draw_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
