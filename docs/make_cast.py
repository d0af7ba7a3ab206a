"""Runs a few commands for real and draws docs/cast.svg: an animated terminal with what they printed.

python docs/make_cast.py
"""

import subprocess
import textwrap
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[1]
COMMANDS = [
    'mullama ask examples/rock.mp3 -q "What is the tempo?" -q "Which instruments play?" -q "Who sings?"',
    "mullama caption examples/waltz.flac examples/jazz.mp3 --length long",
    "mullama ask README.md",
]
COLUMNS, LINE, TOP = 96, 19, 44
TYPING_S, READING_S = 1.2, 1.6
"""Seconds that a command takes to appear, and that its output stays before the next one."""


def lines() -> list[tuple[str, str, float]]:
    """(kind, text, second at which it appears) of every line."""
    shown: list[tuple[str, str, float]] = []
    clock = 0.5
    for command in COMMANDS:
        words = command.replace("mullama", str(ROOT / ".venv/bin/mullama"), 1)
        done = subprocess.run(
            words, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
        )
        wrapped = textwrap.wrap(f"$ {command}", COLUMNS, subsequent_indent="    ")
        shown += [("command", line, clock) for line in wrapped]
        clock += TYPING_S
        for kind, text in (("output", done.stdout), ("error", done.stderr)):
            for line in text.rstrip().splitlines():
                for part in textwrap.wrap(line, COLUMNS) or [""]:
                    shown.append((kind, part, clock))
        shown.append(("output", "", clock))
        clock += READING_S
    return shown


def draw(shown: list[tuple[str, str, float]]) -> str:
    """The lines as an SVG that needs neither script nor network."""
    height = TOP + LINE * len(shown) + 12
    rows = [
        f'<text class="{kind}" x="16" y="{TOP + LINE * (n + 1)}" style="animation-delay:{at:.1f}s">'
        f"{escape(text)}</text>"
        for n, (kind, text, at) in enumerate(shown)
        if text
    ]
    dots = "".join(
        f'<circle cx="{20 + 20 * n}" cy="20" r="6" fill="{color}"/>'
        for n, color in enumerate(("#ff5f56", "#ffbd2e", "#27c93f"))
    )
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 {height}" font-size="14" '
        'font-family="ui-monospace, Menlo, Consolas, monospace">',
        "<style>text{opacity:0;animation:show .2s forwards;white-space:pre}"
        "@keyframes show{to{opacity:1}}.command{fill:#9ece6a}.output{fill:#c0caf5}.error{fill:#f7768e}"
        "</style>",
        f'<rect width="840" height="{height}" rx="10" fill="#1a1b26"/>{dots}',
        *rows,
        "</svg>\n",
    ])  # fmt: skip


if __name__ == "__main__":
    (ROOT / "docs" / "cast.svg").write_text(draw(lines()))
