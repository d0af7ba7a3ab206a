"""What the documents say is run: every snippet of the README, with the model that ships and real files."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import mullama
from document_scripts import script
from installed import skip_without_fluidsynth
from mullama.cli import SUMMARIES
from mullama.studio.sound.banks import TRAINING_BANKS
from paths import DOCS, ROOT
from snippets import run_line, set_desk, snippets, started

README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
SNIPPETS = snippets(ROOT / "README.md")
BLOCKS = [
    [line for line in snippet.lines if line.startswith("mullama ")]
    for snippet in SNIPPETS
    if snippet.language == "sh"
]
SHELL = [line for block in BLOCKS for line in block]
RENDERED = [line for block in BLOCKS if "musicqa write studio" in "".join(block) for line in block]
"""Lines that need music to be rendered first."""
TRAINING = [line for line in SHELL if line.startswith("mullama train")]


@pytest.fixture
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    set_desk()


def test_there_is_something_to_run() -> None:
    assert len([one for one in SNIPPETS if one.language == "python"]) >= 2
    assert {line.split()[1] for line in SHELL} >= {"ask", "caption", "info", "convert", "train"}


@pytest.mark.usefixtures("_desk")
def test_python_snippets_run() -> None:
    """In one process each, with warnings as errors of their own."""
    for snippet in SNIPPETS:
        if snippet.language == "python":
            assert started([sys.executable, "-c", snippet.text]).strip()


@pytest.mark.usefixtures("_desk")
def test_shell_snippets_run(capsys: pytest.CaptureFixture[str]) -> None:
    for line in SHELL:
        if line not in RENDERED:
            run_line(line, capsys)


@pytest.mark.usefixtures("_desk")
def test_shell_snippets_that_render_music_run(capsys: pytest.CaptureFixture[str]) -> None:
    skip_without_fluidsynth(*TRAINING_BANKS)
    assert RENDERED
    for line in RENDERED:
        run_line(line, capsys)


def test_training_snippets_name_files_that_are_there() -> None:
    for line in TRAINING:
        assert (ROOT / shlex.split(line)[2]).is_file()


def test_figures_of_the_readme_are_those_that_were_measured() -> None:
    """What docs/make_readme.py writes of the measured files."""
    make = script("make_readme")
    for text in (make.figures(), make.recordings()):
        assert text in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """To a file that is there, and to a heading in it."""
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text()):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(document: Path) -> set[str]:
    """What its headings are called in links."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }


def test_files_that_are_named_are_there() -> None:
    named = re.findall(
        r"`((?:src|tests|recipes|docs)/[\w./-]+\.\w+)", (ROOT / "CONTRIBUTING.md").read_text()
    )
    named += re.findall(r"`(tests/[\w./-]+\.py)", (ROOT / "docs" / "quirks.md").read_text())
    assert len(named) > 15
    for path in named:
        assert (ROOT / path).exists(), path


def test_the_version_is_the_changelogs_head() -> None:
    """The newest release; what is not released yet stands above it, under a heading with lines."""
    text = (ROOT / "CHANGELOG.md").read_text()
    heads = re.findall(r"^## (\S+)", text, re.MULTILINE)
    if heads[0] == "[Unreleased]":
        heads.pop(0)
        assert "\n- " in text.partition("## [Unreleased]")[2].partition("\n## ")[0]
    assert heads[0] == mullama.__version__
    assert "[Unreleased]" not in heads


def test_the_first_lines_print_what_stands_behind_them() -> None:
    """The README begins with the lines of the site's first page, whose output tests/test_pages.py compares."""
    readme, page = SNIPPETS[1], next(one for one in snippets(DOCS / "index.md") if one.output)
    assert readme.language == "python"
    assert (readme.text, readme.output) == (page.text, page.output)


def test_figures_and_tree_of_the_readme_are_current() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import make_readme as m; print(m.figures()); print(m.tree())"],
        cwd=DOCS, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert set(found.splitlines()) <= set(README.splitlines())


def test_every_verb_is_in_the_readme() -> None:
    assert all(f"mullama {verb}" in README for verb in SUMMARIES)


def test_no_figure_without_its_command() -> None:
    """Every measured table says what made it."""
    for name in (
        "small-model",
        "equality",
        "benchmarks",
        "checkpoints",
        "training",
        "musicqa",
        "probe",
    ):
        text = (ROOT / "docs" / f"{name}.md").read_text()
        assert re.search(r"(?:^|`)(?:make|mullama|python) \w", text, re.MULTILINE), name
