"""Figures against the agreement of tools: what counts as right, and that a tool never judges itself."""

import json

import pytest

from mullama.evaluation.small_model.recorded import Claim, figures, table, tool_claims
from mullama.studio.recorded.labels import Excerpt
from mullama.studio.recorded.teachers import Readings
from paths import DOCS


def excerpt(tempos: tuple[float, float, float], keys: tuple[str, str]) -> Excerpt:
    essentia, percival, librosa = tempos
    profiles = dict.fromkeys(("edma", "temperley", "krumhansl"), keys[0])
    return Excerpt(
        "p",
        f"{tempos}",
        0.0,
        Readings(
            {"essentia multifeature": essentia, "essentia percival": percival, "librosa": librosa},
            {f"essentia {name}": key for name, key in profiles.items()} | {"librosa": keys[1]},
        ),
    )


EXCERPTS = [
    excerpt((120, 121, 60), ("C major", "C major")),
    excerpt((90, 91, 90), ("A minor", "A minor")),
    excerpt((70, 100, 140), ("A minor", "C major")),
]


def test_right_and_nearly_right_are_told_apart() -> None:
    said = [Claim(60.0, "G major"), Claim(92.0, "C major"), Claim(500.0, "C major")]
    found = figures(EXCERPTS, said)
    assert found["excerpts with a tempo"] == 2
    assert found["excerpts with a key"] == 2
    assert found["tempo within 4 %"] == 50
    assert found["tempo, factors of 2 and 3 allowed"] == 100
    assert found["key, exactly"] == 0
    assert found["key, weighted"] == pytest.approx((50 + 30) / 2)  # a fifth, and the relative key


def test_what_is_not_said_counts_as_wrong_and_is_counted() -> None:
    found = figures(EXCERPTS, [Claim(120.0, None), Claim(None, "A minor"), Claim(None, None)])
    assert found["tempo within 4 %"] == 50
    assert found["tempo not said"] == 50
    assert found["key, exactly"] == 50
    assert found["key not said"] == 50


def test_a_tool_is_held_against_the_others() -> None:
    librosa = figures(EXCERPTS, tool_claims(EXCERPTS, "librosa"), "librosa")
    assert librosa["excerpts with a tempo"] == 2  # where essentia's two kinds agree
    assert librosa["tempo within 4 %"] == 50
    assert librosa["excerpts with a key"] == 3  # essentia alone says
    assert librosa["key, exactly"] == pytest.approx(200 / 3)
    percival = figures(EXCERPTS, tool_claims(EXCERPTS, "essentia percival"), "essentia percival")
    assert percival["excerpts with a tempo"] == 1
    assert "key, exactly" not in percival


def test_the_document_shows_what_was_measured() -> None:
    stored = json.loads((DOCS / "recordings.json").read_text(encoding="utf-8"))
    text = (DOCS / "recordings.md").read_text(encoding="utf-8")
    shown = text.split("<!-- recordings: begin -->\n")[1].split("\n<!-- recordings: end -->")[0]
    assert shown == table(stored["figures"])
    assert {"small", "small, wrong song", "librosa"} <= set(stored["figures"])
