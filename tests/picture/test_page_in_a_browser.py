"""The script of the page around a picture, in a real browser: moving, zooming, traces chosen by mouse, keys and touch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.picture.browser import CHROMIUM, CTRL, Browser, browser
from tests.picture.documented import model

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or os.name == "nt", reason="needs Chromium, and pipes as POSIX systems pass them on"
)

VIEW = "document.querySelector('#view svg').getAttribute('viewBox').split(' ').map(Number)"
SAID = "document.getElementById('said').textContent"
TOLD = (
    "[...document.querySelectorAll('.told')].flatMap((group, index) => group.classList.contains('on') ? [index] : [])"
)
OPEN = """[...document.querySelectorAll('#choices > li')].flatMap((item, index) =>
    item.querySelector('button').getAttribute('aria-expanded') === 'true'
    && !item.querySelector('article').hidden ? [index] : [])"""
LISTED = "[...document.querySelectorAll('#choices > li')].flatMap((item, index) => item.hidden ? [] : [index])"
PICKED = "[...document.querySelectorAll('.picked')].map(group => group.getAttribute('aria-label'))"
FOCUS = "document.activeElement.getAttribute('aria-label') || document.activeElement.id"
BASTION, WEB, DATABASE = "shop.bastion", "shop.web-a", "shop.db-a"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pages") / "shop.html"
    file.write_text(model("three-tier").draw().html, encoding="utf-8")
    return file


@pytest.fixture
def page(chromium: Browser, shop: Path) -> Iterator[Browser]:
    chromium.open(shop)
    yield chromium
    assert chromium.errors == []


def middle(page: Browser, label: str) -> tuple[float, float]:
    """Where a box with such a label can be hit: at its title."""
    x, y = page.ask(
        f"(() => {{ const box = document.querySelector('.choice[aria-label=\"{label}\"] > text').getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2] })()"
    )
    return x, y


def test_a_box_and_another_tell_the_trace_between_them(page: Browser) -> None:
    assert page.ask(TOLD) == page.ask(OPEN) == []
    everything = page.ask(LISTED)
    page.click(*middle(page, BASTION))
    assert page.ask(PICKED) == [BASTION]
    assert f"from or to {BASTION}; choose another box" in page.ask(SAID)
    some = page.ask(LISTED)
    assert 0 < len(some) < len(everything)
    page.click(*middle(page, "shop.app-b"))
    assert set(page.ask(PICKED)) == {BASTION, "shop.app-b"}
    (told,) = page.ask(TOLD)
    assert page.ask(OPEN) == page.ask(LISTED) == [told]
    ends = page.ask(f"JSON.parse(document.getElementById('data').textContent).choices[{told}].ends")
    assert ends == [["interfaces/shop.bastion"], ["interfaces/shop.app-b"]]
    assert len(page.ask("[...document.querySelectorAll('g.end')].map(group => group.textContent)")) == 2


def test_the_same_box_again_takes_the_choice_back(page: Browser) -> None:
    everything = page.ask(LISTED)
    for _ in range(2):
        page.click(*middle(page, WEB))
    assert page.ask(PICKED) == []
    assert page.ask(LISTED) == everything


def test_two_boxes_without_a_trace_say_so(page: Browser) -> None:
    page.click(*middle(page, BASTION))
    page.click(*middle(page, "shop.app-b"))
    assert len(page.ask(TOLD)) == 1  # which goes with the choice
    page.click(*middle(page, DATABASE))
    page.click(*middle(page, BASTION))
    assert page.ask(SAID) == f"No trace from {DATABASE} to {BASTION} is on this page; draw it with --trace."
    assert page.ask(LISTED) == page.ask(TOLD) == []


def test_a_button_of_the_list_opens_and_closes_its_trace(page: Browser) -> None:
    button = "document.querySelectorAll('#choices > li > button')[1]"
    page.ask(f"{button}.scrollIntoView()")
    x, y = page.ask(f"(() => {{ const box = {button}.getBoundingClientRect(); return [box.x + 20, box.y + 10] }})()")
    page.click(x, y)
    assert page.ask(TOLD) == page.ask(OPEN) == [1]
    page.click(x, y)
    assert page.ask(TOLD) == page.ask(OPEN) == []


def test_dragging_moves_the_picture_and_chooses_nothing(page: Browser) -> None:
    left, top, wide, high = page.ask(VIEW)
    x, y = middle(page, WEB)
    scale = page.ask("(svg => Math.max(svg.viewBox.baseVal.width / svg.clientWidth, svg.viewBox.baseVal.height /"
                     " svg.clientHeight))(document.querySelector('#view svg'))")  # fmt: skip
    page.drag((x, y), (x + 30, y + 20), (x + 60, y + 40))
    assert page.ask(VIEW) == pytest.approx([left - 60 * scale, top - 40 * scale, wide, high])
    assert page.ask(PICKED) == []
    moved = middle(page, WEB)
    assert moved == pytest.approx((x + 60, y + 40), abs=1)


def test_ctrl_and_the_wheel_zoom_about_the_pointer(page: Browser) -> None:
    whole = page.ask(VIEW)
    x, y = middle(page, DATABASE)
    page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-100)  # the page scrolls, the picture does not
    assert page.ask(VIEW) == whole
    page.ask("scrollTo(0, 0)")
    x, y = middle(page, DATABASE)
    page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-100, modifiers=CTRL)
    assert page.ask(VIEW)[2] == pytest.approx(whole[2] * 0.87)
    assert middle(page, DATABASE) == pytest.approx((x, y), abs=1)


def test_everything_goes_by_keys(page: Browser) -> None:
    """The picture has the focus first, then each box that is an end of a trace, then what zooms, then the list."""
    whole = page.ask(VIEW)
    page.key("Tab")
    assert page.ask(FOCUS).startswith("The picture: ")
    page.key("+")
    assert page.ask(VIEW)[2] == pytest.approx(whole[2] * 0.8)
    before = page.ask(VIEW)
    page.key("ArrowRight")
    page.key("ArrowDown")
    assert page.ask(VIEW) == pytest.approx([before[0] + before[2] / 10, before[1] + before[3] / 10, *before[2:]])
    page.key("0")
    assert page.ask(VIEW) == whole
    chosen: list[str] = []
    for key in ("Enter", " "):
        page.key("Tab")
        chosen.append(page.ask(FOCUS))
        page.key(key)
        assert set(page.ask(PICKED)) == set(chosen)
    page.key("Escape")
    assert page.ask(PICKED) == []
    while page.ask("document.activeElement.closest('#choices') === null"):
        page.key("Tab")
        assert page.ask("document.activeElement !== document.body")
    page.key("Enter")
    assert page.ask(OPEN) == page.ask(TOLD) == [0]


def test_two_fingers_zoom(chromium: Browser, shop: Path) -> None:
    chromium.open(shop, width=390, height=800)
    chromium.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    x, y = chromium.ask("(box => [box.x + box.width / 2, box.y + box.height / 2])"
                        "(document.getElementById('view').getBoundingClientRect())")  # fmt: skip
    whole = chromium.ask(VIEW)
    chromium.touch("touchStart", (x - 20, y), (x + 20, y))
    chromium.touch("touchMove", (x - 40, y), (x + 40, y))
    chromium.touch("touchEnd")
    assert chromium.ask(VIEW)[2] < whole[2] * 0.8
    chromium.call("Emulation.setTouchEmulationEnabled", enabled=False)
    assert chromium.errors == []


def test_a_phone_shows_all_of_it(chromium: Browser, shop: Path) -> None:
    chromium.open(shop, width=390, height=800)
    assert chromium.ask("document.documentElement.scrollWidth") <= 390


def test_the_scheme_of_the_reader_is_taken(chromium: Browser, shop: Path) -> None:
    grounds = []
    for dark in (False, True):
        chromium.open(shop, dark=dark)
        grounds.append(chromium.ask("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(14, 18, 22)"]


def test_a_trace_that_was_asked_for_is_open(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "asked.html"
    file.write_text(
        model("vpc-lambda-as-found").draw(trace=("fetch", "www.google.com", "tcp/443")).html, encoding="utf-8"
    )
    chromium.open(file)
    assert chromium.ask(TOLD) == chromium.ask(OPEN) == [0]
    assert chromium.errors == []


def test_without_its_script_everything_can_be_read(chromium: Browser, shop: Path) -> None:
    chromium.open(shop, script=False)
    hidden = chromium.call(
        "Runtime.evaluate", expression="document.querySelectorAll('[hidden]').length", returnByValue=True
    )
    assert hidden["result"]["value"] == 0
    chromium.open(shop)


def test_a_change_of_a_difference_is_told_alone_and_what_the_picture_tells_by_itself_comes_back(
    chromium: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "difference.html"
    picture = model("vpc-lambda-as-found").draw(diff=model("vpc-lambda-repaired"))
    file.write_text(picture.html, encoding="utf-8")
    chromium.open(file)
    count = chromium.ask("document.querySelectorAll('#choices > li').length")
    own = [count] if picture.layout.scene.ways else []  # its own lines come after those of the choices
    assert chromium.ask(TOLD) == own
    button = "document.querySelectorAll('#choices > li > button')[2]"
    chromium.ask(f"{button}.click()")
    assert chromium.ask(TOLD) == chromium.ask(OPEN) == [2]
    assert len(chromium.ask("[...document.querySelectorAll('g.end')].map(group => group.textContent)")) == 3
    chromium.ask(f"{button}.click()")
    assert chromium.ask(TOLD) == own
    chromium.click(*middle(chromium, "app.nat"))
    assert "1 change from or to app.nat" in chromium.ask(SAID)
    assert chromium.errors == []
