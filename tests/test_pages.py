"""What the pages of the documentation say is run, top to bottom, and the output that they show is what comes.

`pytest tests/test_pages.py --write-outputs` puts what came into the pages.
"""

import re
from pathlib import Path

import pytest

from paths import DOCS
from snippets import BLOCK, add_evaluation, add_music, run, set_desk, snippets

EVALUATION = DOCS / "evaluation.md"
PAGES = [
    DOCS / "index.md",
    *sorted((DOCS / "tutorials").glob("*.md")),
    *sorted((DOCS / "concepts").glob("*.md")),
    DOCS / "reference" / "index.md",
    *(
        DOCS / f"{name}.md"
        for name in ("catalogue", "choices", "formats", "show", "tags", "training")
    ),
    EVALUATION,
]
WITH_SNIPPETS = [page for page in PAGES if snippets(page)]
ELSEWHERE = {
    "demo.md": "pages that stay open: tests/serving/demo",
    "english.md": "hours: its own script, docs/make_english.py, writes what came out",
    "export.md": "names of folders to be filled in: tests/checkpoints/export/test_widen.py",
    "plugins.md": "programs of others: tests/plugins",
    "probe.md": "MagnaTagATune's sound: tests/commands/test_probe.py",
    "probe.head.md": "the beginning of probe.md",
    "recordings.md": "music of others: its own script, docs/make_recordings.py, writes what came out",
    "results.md": "hours: its own script, docs/make_results.py, writes what came out",
    "serving.md": "tests/serving/test_document.py",
}
"""Documents with snippets that are not run here, and why."""
SERVED = ":8000"
"""Stands in what needs a running server: tests/serving/test_document.py has one."""


def test_no_document_is_left_out() -> None:
    found = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if snippets(page)}
    assert found == {str(page.relative_to(DOCS)) for page in WITH_SNIPPETS} | set(ELSEWHERE)


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_SNIPPETS, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_runs(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    set_desk()
    add_music()
    if page == EVALUATION:
        add_evaluation()
    wanted, got = [], []
    for snippet in snippets(page):
        if SERVED in snippet.text:
            continue
        printed = run(snippet, capsys)
        if snippet.output is not None:
            wanted.append(snippet.output.rstrip() + "\n")
            got.append(printed.rstrip() + "\n")
    if request.config.getoption("--write-outputs"):
        write_outputs(page, got)
    else:
        assert got == wanted


def write_outputs(page: Path, outputs: list[str]) -> None:
    """Put what was printed behind the snippets that show what they print."""
    text, place = page.read_text(), 0
    for found, output in zip(shown(text), outputs, strict=True):
        start, end = found.span(3)
        text = text[: start + place] + output + text[end + place :]
        place += len(output) - (end - start)
    page.write_text(text)


def shown(text: str) -> list[re.Match[str]]:
    """The snippets with an output behind them."""
    return [found for found in BLOCK.finditer(text) if found[3] and SERVED not in found[2]]
