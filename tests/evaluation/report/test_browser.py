"""The page in a real browser: it asks no network, sorts by keyboard, and fits a phone and paper."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsers import Opened, chromium
from mullama.evaluation.report.report import report

pytestmark = pytest.mark.slow

CONTRAST = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map(
      (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = numbers(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest("script, style, title")) continue;
    const style = getComputedStyle(element);
    const inside = element.closest("svg");
    const [a, b] = [light(numbers(inside ? style.fill : style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName} ${element.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""
"""Elements with text below the contrast that WCAG 2.2 AA asks of small print."""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def page_file(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("browser")
    shutil.copytree(made.parent / "audio #1", root / "audio #1")
    return report(shutil.copytree(made, root / "evaluation"), ["html"])[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def desk(browser: Any, page_file: Path) -> Iterator[Opened]:
    opened = Opened(browser, page_file, viewport={"width": 1200, "height": 900})
    yield opened
    opened.close()


def test_it_asks_for_nothing_but_itself(desk: Opened) -> None:
    assert desk.asked == [desk.url]


def test_columns_are_sorted_from_the_keyboard(desk: Opened) -> None:
    table = desk.page.locator("#table-1 table.sortable").first
    heading = table.locator("thead th").nth(1)

    def first_cells() -> list[str]:
        return table.locator("tbody tr:first-child > :first-child bdi").all_inner_texts()

    def values() -> list[float]:
        return [
            float(text) for text in table.locator("tr.music td:nth-child(2) b").all_inner_texts()
        ]

    given = first_cells()
    heading.locator("button").focus()
    desk.page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert values() == sorted(values(), reverse=True)
    desk.page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert values() == sorted(values())
    assert sorted(first_cells()) == sorted(given)
    assert table.locator("tbody").last.get_attribute("class") == "quoted"
    table.locator("thead th").first.locator("button").click()
    assert heading.get_attribute("aria-sort") is None
    assert first_cells() == sorted(given)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(browser: Any, page_file: Path, scheme: str) -> None:
    opened = Opened(browser, page_file, color_scheme=scheme)
    page, before = opened.page, opened.background()
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate(CONTRAST) == []
    page.locator("#theme").click()
    after = opened.background()
    assert after != before
    assert page.evaluate(CONTRAST) == []
    page.reload()
    assert opened.background() == after
    assert opened.said == []
    opened.context.close()


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_no_page_sideways(browser: Any, page_file: Path, width: int) -> None:
    window = {"viewport": {"width": width, "height": 844}, "is_mobile": True, "has_touch": True}
    opened = Opened(browser, page_file, **window)
    opened.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert opened.page.evaluate(OVERFLOW) == 0
    button = opened.page.locator("#theme").bounding_box()
    assert button is not None
    assert button["height"] >= 24
    opened.context.close()


def test_on_paper_it_is_light_and_whole(browser: Any, page_file: Path) -> None:
    window = {"viewport": {"width": 1031, "height": 700}, "color_scheme": "dark"}
    opened = Opened(browser, page_file, **window)
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.background() == "rgb(253, 253, 251)"
    assert opened.page.evaluate(OVERFLOW) <= 0
    assert not opened.page.locator("nav").is_visible()
    assert opened.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    opened.context.close()


def test_a_player_plays_the_file_beside_the_page(desk: Opened) -> None:
    length = desk.page.evaluate("""() => new Promise((done, failed) => {
        const audio = document.querySelector("audio");
        audio.onloadedmetadata = () => done(audio.duration);
        audio.onerror = () => failed(audio.error.message);
        audio.load(); audio.preload = "metadata";
    })""")
    assert length == pytest.approx(0.1, abs=0.01)
