"""Math as MathML, made when the site is built: no script, no font, nothing from outside.

A block may hold several lines, parted by ``\\\\`` and aligned at ``&``; they become one table. An
environment that the converter does not know is a warning, so that no page shows its raw letters.
"""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxTranslator

logger = logging.getLogger(__name__)
_WHOLE = re.compile(r"^<math[^>]*>(.*)</math>$", re.DOTALL)
# ln, log10 and their like before an operand without brackets
_FUNCTION = re.compile(
    r"(<mi>(?:ln|exp)</mi>|<msub><mi>log</mi><mrow><mn>\d+</mn></mrow></msub>)(?=<m[ins]|<mfrac|<mrow><m[in])"
)
_NOT_CONVERTED = re.compile(r"<mi>&</mi>|<mi>\\|linebreak=\"newline\"")


def _inner(latex: str) -> str:
    if not latex.strip():
        return ""
    whole = _WHOLE.match(convert(latex.strip()))
    return _FUNCTION.sub(r'\1<mspace width="0.17em"/>', whole.group(1)) if whole else ""


def mathml(latex: str, display: str) -> str:
    """One ``<math>`` element for a formula, or for several aligned lines."""
    lines = [latex] if r"\begin" in latex else [x for x in latex.split(r"\\") if x.strip()]
    if len(lines) == 1 and "&" not in lines[0].replace(r"\begin", ""):
        body = _inner(lines[0])
    elif r"\begin" in latex:
        body = _inner(latex)
    else:
        rows = ["".join(f"<mtd>{_inner(cell)}</mtd>" for cell in line.split("&")) for line in lines]
        body = '<mtable class="lines" displaystyle="true">' + "".join(
            f"<mtr>{row}</mtr>" for row in rows
        )
        body += "</mtable>"
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="{display}">{body}</math>'


def _checked(node: nodes.Element, display: str) -> str:
    made = mathml(node.astext(), display)
    if _NOT_CONVERTED.search(made):
        logger.warning("formula not converted: %s", node.astext(), location=node)
    return made


def _visit_inline(translator: SphinxTranslator, node: nodes.Element) -> None:
    translator.body.append(_checked(node, "inline"))  # type: ignore[attr-defined]
    raise nodes.SkipNode


def _visit_block(translator: SphinxTranslator, node: nodes.Element) -> None:
    made = _checked(node, "block")
    translator.body.append(f'<div class="formula" tabindex="0">{made}</div>\n')  # type: ignore[attr-defined]
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer ``mathml``."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_visit_inline, None), block_renderers=(_visit_block, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
