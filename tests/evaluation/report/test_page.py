"""What anybody may write into a name or an answer stays text; the page reaches for nothing outside."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from html_tags import Tags
from mullama.evaluation.report.page import page
from mullama.evaluation.report.report import report
from mullama.evaluation.report.view import View
from scored_folders import write_scored

SCRIPT = "<script>alert(1)</script>"
NAME = f'"><img src=x onerror=alert(1)>{SCRIPT}\u202e{{{{ 7*7 }}}}'
LONG = "long " * 2_000


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation whose first system has a hostile name, and answers alike."""
    ids = [f"{topic}-{track:03d}" for topic in ("mood", "tempo") for track in range(5)]
    said = dict(zip(ids, [SCRIPT, LONG, "\u202eright", "\x00\x1b[2J", "a\nb"] * 2, strict=True))
    folder = write_scored(
        tmp_path_factory.mktemp("attacked") / "evaluation",
        tracks=6,
        names={"MU-LLaMA small": NAME},
        said=said,
    )
    report(folder.path)
    return folder.path


def test_hostile_texts_stay_texts(attacked: Path) -> None:
    text = (attacked / "report.html").read_text()
    tags = Tags(text)
    assert len(list(tags.named("script"))) == 1
    assert not list(tags.named("img"))
    assert not [a for _, attributes in tags.found for a in attributes if a.startswith("on")]
    assert "&lt;script&gt;alert(1)" in text
    assert "{{ 7*7 }}" in text
    assert "\\u202e" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("name", ["report.md", "report.tex", "report.json"])
def test_other_formats_hold_nothing_that_hides(attacked: Path, name: str) -> None:
    text = (attacked / name).read_text()
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    if name == "report.md":
        assert "<script" not in text


def test_a_long_answer_is_folded(attacked: Path) -> None:
    text = (attacked / "report.html").read_text()
    assert text.count(LONG) >= 1
    assert text.count(LONG) == text.count('<details class="long"><summary>10,000 characters')
    assert LONG not in (attacked / "report.md").read_text()


def test_the_policy_names_the_style_and_the_script_by_their_digests(view: View) -> None:
    text = page(view)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    told = policy[1].replace("&#39;", "'")
    assert told.startswith("default-src 'none'; ")
    for tag, source in (("style", "style-src"), ("script", "script-src")):
        inner = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert inner is not None
        digest = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
        assert f"{source} 'sha256-{digest}'" in told


def test_nothing_outside_is_named(view: View) -> None:
    tags = Tags(page(view))
    sources = [
        value
        for tag, attributes in tags.found
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster", "style")
    ]
    assert sources
    for source in sources:
        assert source is not None
        assert source.startswith(("#", "../audio%20%231/")), source
    assert not list(tags.named("link"))


def test_tables_are_told_to_those_who_do_not_see_them(view: View) -> None:
    tags = Tags(page(view))
    tables = len(list(tags.named("table")))
    assert tables > 10
    assert len(list(tags.named("caption"))) == tables
    assert all("scope" in attributes for attributes in tags.named("th"))
    assert all("aria-label" in a for a in tags.named("svg") if a.get("role") == "img")
    assert all("role" in a or a.get("aria-hidden") == "true" for a in tags.named("svg"))
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in tags.named("a"):
        assert (link["href"] or "").removeprefix("#") in ids


def test_players_load_nothing_before_they_are_asked(view: View) -> None:
    players = list(Tags(page(view)).named("audio"))
    assert players
    assert all(p["preload"] == "none" and "controls" in p for p in players)


def test_everything_to_repeat_it_is_there(view: View) -> None:
    text = page(view)
    for what in (
        "mullama evaluate run &#39;recipe with spaces.yaml&#39;",
        "0" * 64,
        "CC BY 4.0",
        "Invented.",
        "version of torch",
        "Answer with the letter of the right option.",
        *(about["signature"] for about in view.scores["metrics"].values()),
        *(system["fingerprint"] for system in view.scores["systems"]),
    ):
        assert what in text, what
