"""Asks the model that ships about an example, and draws docs/images/demo.png.

python docs/make_demo_picture.py

It needs chromium, and pip install 'mullama[demo]' playwright.
"""

import os
import shutil
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import mullama
from mullama.engine import Engine
from mullama.serving.demo.demo_options import DemoOptions
from mullama.serving.demo.launch import start

PICTURE = Path(__file__).parent / "images" / "demo.png"
WIDTH, HEIGHT, COLOURS = 1240, 800, 128


def converse(page: Page) -> None:
    """Two pieces of music, three questions about the second."""
    for example in ("Waltz", "Rock"):
        page.get_by_role("button", name=example, exact=True).click()
        page.get_by_role("heading", name=example.lower()).wait_for()
    for count, press in enumerate(
        ("Which instruments play?", "What is the tempo?", "Long caption")
    ):
        page.get_by_role("button", name=press, exact=True).click()
        page.locator("#chat .message.bot").nth(count).wait_for()
        page.locator("#figures .figures").wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # until the waveform is drawn


def draw(url: str, picture: Path) -> None:
    """The page as a browser shows it."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(url)
        converse(page)
        page.screenshot(path=picture)
        browser.close()
    Image.open(picture).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    engine = Engine(mullama.load("small"))
    blocks = start(engine, DemoOptions(port=0))
    draw(blocks.local_url, PICTURE)
    blocks.close(verbose=False)
    engine.close(drain=False)
