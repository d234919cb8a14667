"""The site of the documentation builds with one command, without a warning, and needs nothing from anywhere else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.picture.browser import CHROMIUM, browser

ROOT = Path(__file__).parents[1]
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="([^"]+)"|<link\b[^>]*\brel="stylesheet"[^>]*\bhref="([^"]+)\""""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as CONTRIBUTING.md says; a link that leads nowhere is a warning, and a warning an error."""
    for module in ("sphinx", "myst_nb", "furo"):
        pytest.importorskip(module, reason="needs reachsim[docs]")
    out = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-qW",
        "--keep-going",
        "-d",
        str(out / "read"),
        "docs",
        str(out / "html"),
    ]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False
    )
    assert built.returncode == 0, built.stderr
    return out / "html"


def test_every_page_is_in_the_site(site: Path) -> None:
    for page in (*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("notebooks/*.ipynb")):
        assert (site / page.relative_to(ROOT / "docs")).with_suffix(".html").exists(), page.name


def test_the_front_page_leads_to_pages_by_their_names(site: Path) -> None:
    """Where the README, which it is, names files of docs/."""
    front = (site / "index.html").read_text(encoding="utf-8")
    assert re.search(r'href="tutorial.html"[^>]*><span[^>]*>tutorial<', front)


def test_the_reference_has_what_docstrings_and_the_schema_say(site: Path) -> None:
    reference = (site / "api/reachsim.html").read_text(encoding="utf-8")
    for name in ("load", "Network.trace", "Network.matrix", "Trace", "Check"):
        assert f'id="reachsim.{name}"' in reference
    assert "A subnet: in one Availability Zone" in (site / "schema.html").read_text(encoding="utf-8")


@pytest.mark.skipif(
    CHROMIUM is None or os.name == "nt", reason="needs Chromium, and pipes as POSIX systems pass them on"
)
def test_no_page_scrolls_sideways(site: Path, tmp_path: Path) -> None:
    """On a phone, a tablet, and in windows with one side bar or two: code and tables scroll by themselves."""
    with browser(tmp_path) as running:
        for page in ("index", "cli", "rules", "notebooks/lambda-week"):
            for width in (390, 820, 1100, 1400, 1600):
                running.open(site / f"{page}.html", width=width)
                needs, has = running.ask("(root => [root.scrollWidth, root.clientWidth])(document.documentElement)")
                assert needs <= has, (page, width)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = [one or other for one, other in _LOADED.findall(page.read_text(encoding="utf-8"))]
        assert not [address for address in loaded if re.match("(?:https?:)?//", address)], page.name
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", style.read_text(encoding="utf-8")), style.name


def test_tables_of_sentences_are_blocks_on_a_phone_and_tables_of_numbers_scroll(site: Path) -> None:
    """Each cell of the one says which column it is of; the other's do not."""
    codes, importing = ((site / f"{page}.html").read_text(encoding="utf-8") for page in ("codes", "importing"))
    assert '<span class="of-column">component: </span>' in codes
    assert '<span class="of-column">objects: </span>' not in importing
    assert "scroll sideways" in (site / "_static/reachsim.css").read_text(encoding="utf-8")


def test_the_reference_says_nothing_twice_and_nothing_that_python_says_of_fields(site: Path) -> None:
    reference = (site / "api/reachsim.html").read_text(encoding="utf-8")
    assert reference.count("knows, before anything is deployed") == 1
    assert "Alias for field number" not in reference
    assert "None to" not in (schema := (site / "schema.html").read_text(encoding="utf-8"))
    assert "to None" not in schema
