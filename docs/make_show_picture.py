"""Puts three examples one after another, shows what is heard in them, and draws docs/images/show.png.

python docs/make_show_picture.py

It needs chromium, and pip install 'mullama[show]' playwright.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image
from playwright.sync_api import sync_playwright

from mullama.cli import main
from mullama.listen.audio.reader import AudioReader

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "show.png"
PIECES = ("jazz.mp3", "waltz.flac", "rock.mp3")
TOPICS = ("style", "tempo", "key", "drums", "instruments")
RATE = 32_000
WIDTH, COLOURS = 1080, 256


def song(folder: Path) -> Path:
    """The examples as one piece, whose parts differ."""
    sounds = [AudioReader(ROOT / "examples" / name, RATE).waveform() for name in PIECES]
    path = folder / "jazz, waltz, rock.flac"
    soundfile.write(path, np.concatenate(sounds), RATE)
    return path


def show(folder: Path) -> Path:
    """The page of that piece."""
    out = folder / "page.html"
    topics = [word for topic in TOPICS for word in ("--topics", topic)]
    if main(["show", str(song(folder)), "--out", str(out), "--over-time", *topics]):
        sys.exit(1)
    return out


def draw(page_file: Path, picture: Path) -> None:
    """The page from its top to the end of its plots, as a browser shows it."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page.goto(page_file.absolute().as_uri())
        box = page.locator("#plots").bounding_box()
        assert box is not None
        height = box["y"] + box["height"] + 16
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
        page.screenshot(path=picture, full_page=True, clip=clip)
        browser.close()
    # K-means after the usual cut, which leaves no colour for half-probable cells.
    shot = Image.open(picture).convert("RGB")
    shot.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        draw(show(Path(folder)), PICTURE)
