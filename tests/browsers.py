"""A real browser for tests; where there is none, they are skipped by the name of its package."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def chromium(*arguments: str) -> Iterator[Any]:
    """Headless Chromium of this system, driven by playwright."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not on this system: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=["--no-sandbox", *arguments])
        yield opened
        opened.close()


class Opened:
    """A page's file in a window, and what it said and asked for."""

    def __init__(self, browser: Any, file: Path, **window: Any) -> None:
        self.context = browser.new_context(**window)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.url = file.as_uri()
        self.page.goto(self.url)
        self.page.wait_for_load_state("networkidle")

    def background(self) -> str:
        return str(self.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    def close(self) -> None:
        assert self.said == []
        self.context.close()


def grave_violations(page: Any) -> list[tuple[str, list[str]]]:
    """What axe calls serious or critical in a page: the rule, and the elements."""
    axe = pytest.importorskip("axe_playwright_python")  # of the extra `test`, as playwright is
    page.add_script_tag(path=str(Path(axe.__path__[0]) / "axe.min.js"))
    return [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in page.evaluate("axe.run()")["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
