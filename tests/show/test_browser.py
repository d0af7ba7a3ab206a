"""The page in a real browser: it asks nothing, fits a phone, follows the pointer, and axe has nothing grave."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsers import Opened, chromium, grave_violations
from mullama.show.page import page
from mullama.show.view import View

pytestmark = pytest.mark.slow
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium("--autoplay-policy=no-user-gesture-required") as opened:
        yield opened


@pytest.fixture(scope="module")
def file(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page(view), encoding="utf-8")
    return path


def test_it_asks_for_nothing_but_itself(browser: Any, file: Path) -> None:
    opened = Opened(browser, file)
    assert [url for url in opened.asked if not url.startswith("data:")] == [file.as_uri()]
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_axe_finds_nothing_serious(browser: Any, file: Path, scheme: str, width: int) -> None:
    window = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    opened = Opened(browser, file, bypass_csp=True, **window)
    opened.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert grave_violations(opened.page) == []
    opened.close()


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_no_page_sideways(browser: Any, file: Path, width: int) -> None:
    opened = Opened(browser, file, viewport={"width": width, "height": 844}, is_mobile=True)
    opened.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert opened.page.evaluate(OVERFLOW) == 0
    opened.close()


def test_a_line_follows_the_pointer_and_a_click_plays(browser: Any, file: Path, view: View) -> None:
    opened = Opened(browser, file, viewport={"width": 1200, "height": 900})
    plot = opened.page.locator(".time").nth(1)
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    lines = opened.page.locator(".cursor")
    places = {lines.nth(n).get_attribute("x1") for n in range(lines.count())}
    assert len(places) == 1
    assert float((places.pop() or "").rstrip("%")) == pytest.approx(50, abs=0.3)
    assert opened.page.locator("#instant").inner_text() == "0:11"
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    opened.page.wait_for_function("document.querySelector('audio').currentTime > 10.9")
    opened.close()


def test_colours_follow_the_system(browser: Any, file: Path) -> None:
    papers = set()
    for scheme in ("light", "dark"):
        opened = Opened(browser, file, color_scheme=scheme)
        papers.add(opened.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        opened.close()
    assert len(papers) == 2
