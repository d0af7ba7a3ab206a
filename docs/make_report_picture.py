"""Asks the model that ships about a few held-out clips, and draws docs/images/evaluation-report.png.

python docs/make_report_picture.py [FOLDER]     (FOLDER keeps the evaluation; by default nothing does)

It needs what renders the studio's music (docs/musicqa.md), chromium, and pip install playwright.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "evaluation-report.png"
CLIPS, SECONDS = 16, 10
SYSTEMS = (
    "mullama:name=MU-LLaMA small",
    "constant:name=Constant caption",
    "other-answer:name=Another track's answer",
)
WIDTH, HEIGHT, COLOURS = 1180, 1790, 96


def mullama(folder: Path, *words: str) -> None:
    """Run a command in a folder; its own words say what failed, or (1) what is missing."""
    done = subprocess.run([sys.executable, "-m", "mullama", *words], cwd=folder, check=False)
    if done.returncode > 1:
        sys.exit(done.returncode)


def evaluate(folder: Path) -> Path:
    """The page of the report; what is there already is not done again."""
    rendered = ["--clips", f"{CLIPS}", "--seconds", f"{SECONDS}", "--purpose", "held-out"]
    studio = [
        "musicqa",
        "write",
        "studio",
        "clips",
        "--writer",
        "template",
        "--out",
        "studio.jsonl",
    ]
    mullama(folder, *studio, *rendered)
    for system in SYSTEMS:
        mullama(
            folder, "evaluate", "answer", "studio:clips", "--system", system, "--out", "evaluation"
        )
    mullama(folder, "evaluate", "score", "evaluation")
    mullama(folder, "evaluate", "report", "evaluation", "--format", "html")
    return folder / "evaluation" / "report.html"


def draw(page_file: Path, picture: Path) -> None:
    """The top of the page, as a browser shows it."""
    picture.parent.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(page_file.absolute().as_uri())
        page.screenshot(path=picture)
        browser.close()
    Image.open(picture).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as nothing_stays:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else nothing_stays)
        folder.mkdir(parents=True, exist_ok=True)
        draw(evaluate(folder), PICTURE)
