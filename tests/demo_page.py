"""The demo's page in a window of its own, used as a visitor uses it."""

import re
from pathlib import Path
from typing import Any

FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const name = one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText || "";
  if (one === document.body) return {name: "", ring: true};
  return {name: name.trim(), ring: style.outlineStyle !== "none" && style.outlineWidth !== "0px"};
}"""
"""What the keyboard is on, and whether that is seen."""


class Tab:
    """The page in a window of its own, and what it said and asked for."""

    def __init__(self, browser: Any, url: str, **window: Any) -> None:
        self.context = browser.new_context(**window)
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", self._note)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)
        self.page.get_by_label("Your question").wait_for(timeout=60_000)

    def _note(self, error: Any) -> None:
        """What went wrong in the page; that a stream was given up is no error, as gradio 6.18 has it."""
        if "signal is aborted" not in str(error):
            self.said.append(str(error))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def walk(self) -> list[str]:
        """The names of everything that the Tab key reaches, in its order, from the page's top."""
        self.page.evaluate("document.activeElement.blur()")
        self.page.mouse.click(2, 2)
        names: list[str] = []
        while True:
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement === document.body"):
                return names
            names.append(self.on())

    def on(self) -> str:
        """The name of what the keyboard is on, which is to be seen."""
        found = self.page.evaluate(FOCUSED)
        assert found["ring"], f"{found['name']}: nothing shows that the keyboard is here"
        return str(found["name"]).partition("\n")[0]

    def tab_to(self, name: str) -> None:
        """Press Tab until the keyboard is on this one."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if self.on() == name:
                return
        raise AssertionError(f"{name} is not reached")

    def unfold_options(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Options")).click()

    def upload(self, path: Path) -> None:
        self.page.locator("#music input[type=file]").set_input_files(path)

    def hear(self, path: Path) -> None:
        self.upload(path)
        self.page.get_by_role("heading", name=path.name).wait_for()

    def send(self, question: str) -> None:
        self.page.get_by_label("Your question").fill(question)
        self.page.keyboard.press("Enter")

    def answered(self, count: int) -> str:
        """The text of answer `count`, once it has its figures."""
        self.page.locator("#chat .message.bot").nth(count - 1).wait_for()
        self.page.locator("#figures .figures").wait_for()
        return self.answers()[-1]

    def answers(self) -> list[str]:
        return [t.strip() for t in self.page.locator("#chat .message.bot").all_inner_texts()]

    def figures(self) -> str:
        return str(self.page.locator("#figures").inner_text())
