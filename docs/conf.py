"""The site: ``sphinx-build -W docs site`` (extra `docs`).

Pages are read as they stand, the reference is made from docstrings and schema.json.
"""

import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "_site"), str(ROOT / "src")]

import reachsim  # noqa: E402

project = "reachsim"
author = "The authors of reachsim"
release = version = reachsim.__version__
html_title = f"reachsim {release}"
html_show_copyright = False

extensions = ["myst_nb", "sphinx.ext.autodoc", "console", "schema_page"]
exclude_patterns = ["_site"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline", "colon_fence"]
nb_execution_mode = "off"  # shown as they were committed; tests/test_notebooks.py runs them

default_role = "code"
smartquotes = False  # "-" is a file name
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
add_module_names = False

html_theme = "furo"
html_static_path = ["_site/static"]
html_css_files = ["reachsim.css"]
html_copy_source = False
pygments_style = "tango"
pygments_dark_style = "monokai"
html_theme_options = {
    "source_repository": "https://github.com/reachsim/reachsim/",
    "source_branch": "main",
    "source_directory": "docs/",
}

_ANCHOR = re.compile(r'<a id="([^"]+)"></a>(\*\*[^*]+\*\*|`[^`]+`)')
_ANCHOR_OF_HEADING = re.compile(r'^<a id="([^"]+)"></a>$', re.M)
_ABOVE = re.compile(r"\]\((?:\.\./)+([^)\s#]+)(#[^)\s]*)?\)")
_IN_README = re.compile(r"\]\((?!docs/|https?:|#)([^)\s#]+)(#[^)\s]*)?\)")
_FIRST_CELL = re.compile(r"^\| \[docs/[^|]*\|", re.M)
_COLUMNS, _SENTENCE = 3, 40
"""How many columns a table of sentences has at least, and how long the longest cell beside its first column is at least."""
_logger = logging.getLogger(__name__)


def to_repository(text: str, link: re.Pattern[str], page: str) -> str:
    """A page with links to files that the site does not have, led to the repository; one that leads nowhere is a warning."""

    def led(match: re.Match[str]) -> str:
        if not (ROOT / match[1]).exists():
            _logger.warning("link to %s, which is not there", match[1], location=page)
        return f"](https://github.com/reachsim/reachsim/blob/main/{match[1]}{match[2] or ''})"

    return link.sub(led, text)


def with_targets(text: str) -> str:
    """A page with GitHub's anchors as targets that links are held against."""
    return _ANCHOR_OF_HEADING.sub(r"(\1)=", _ANCHOR.sub(r"[\2]{#\1}", text))


def _on_read(app: Sphinx, page: str, content: list[str]) -> None:
    if app.env.doc2path(page).suffix == ".md":
        content[0] = with_targets(to_repository(content[0], _ABOVE, page))


def _on_include(app: Sphinx, path: Path, page: str, content: list[str]) -> None:
    text = to_repository(content[0], _IN_README, page)
    content[0] = _FIRST_CELL.sub(
        lambda cell: re.sub(r"\[docs/([\w-]+)\.md\]", r"[\1]", cell[0]), text
    )  # pages, not files


def _on_signature(
    app: Sphinx, what: str, name: str, thing: object, options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """A signature of a dataclass that Sphinx can read, and so shorten and link."""
    return (signature.replace("<factory>", "...") if signature else signature), returns


def _on_tree(app: Sphinx, tree: nodes.document) -> None:
    """Tables of sentences in several columns are made ready for phones, where each row is a block."""
    for table in tree.findall(nodes.table):
        heads = [[entry.astext() for entry in row] for head in table.findall(nodes.thead) for row in head]
        rows = [[*row] for body in table.findall(nodes.tbody) for row in body]
        longest = max((len(entry.astext()) for row in rows for entry in row[1:]), default=0)
        if not heads or len(heads[0]) < _COLUMNS or longest < _SENTENCE:
            continue
        table["classes"].append("sentences")
        for row in rows:
            for head, entry in zip(heads[0][1:], row[1:], strict=False):
                if entry.astext():
                    entry[0].insert(0, nodes.inline("", f"{head.rstrip('?')}: ", classes=["of-column"]))
                else:
                    entry["classes"].append("empty")


def _on_docstring(app: Sphinx, what: str, name: str, thing: object, options: Any, lines: list[str]) -> None:
    """No docstring of a module a second time, where what it imports is listed."""
    if what == "module" and name == "reachsim" and getattr(options, "imported_members", None):
        lines.clear()


def _on_member(app: Sphinx, what: str, name: str, thing: object, skip: bool, options: object) -> bool | None:
    """Without the fields of named tuples, of which Python says their numbers alone: the signature has them."""
    return True if str(getattr(thing, "__doc__", "")).startswith("Alias for field number") else None


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-signature", _on_signature)
    app.connect("autodoc-process-docstring", _on_docstring)
    app.connect("autodoc-skip-member", _on_member)
    app.connect("source-read", _on_read)
    app.connect("doctree-read", _on_tree)
    app.connect("include-read", _on_include)  # the README, the front page
