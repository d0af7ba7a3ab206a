"""The page tells what was said; what anybody may write into a name stays text; it is one file."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from html_tags import Tags
from mullama.show.page import curve, page, percent
from mullama.show.view import View

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def html(view: View) -> str:
    return page(view)


def test_numbers_are_those_that_were_answered(view: View, html: str) -> None:
    for one in view.single:
        assert f"<bdi>{one.best}</bdi>" in html
        assert f"{percent(one.near).replace('<', '&lt;').replace('>', '&gt;')}" in html
    for one in view.instruments:
        assert f'width="{100 * one.yes:.3f}%"' in html
    for part in view.parts:
        for one in part.answers:
            if one.topic == "drums":
                assert f'fill-opacity="{round(one.yes, 3)}"' in html
    assert view.long in html


def test_hostile_texts_stay_text(view: View) -> None:
    made = page(
        replace(
            view,
            name=f"{SCRIPT}\u202e.wav",
            short=SCRIPT,
            long=SCRIPT,
            model=SCRIPT,
            warnings=(SCRIPT,),
        )
    )
    assert SCRIPT not in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert "\u202e" not in made
    assert sum(tag == "script" for tag, _ in Tags(made).found) == 1


def test_nothing_outside_is_named(html: str) -> None:
    for tag, attributes in Tags(html).found:
        for name in ("src", "href", "action", "style", "onclick"):
            value = attributes.get(name)
            assert value is None or value.startswith("data:"), (tag, name)
    assert "http" not in re.sub(r"data:[^\"]*|http-equiv", "", html)


def test_the_policy_names_style_and_script(html: str) -> None:
    policy = re.search(r'Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    for tag in ("style", "script"):
        inner = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert inner is not None
        digest = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1]


def test_pictures_are_told_to_those_who_do_not_see_them(html: str) -> None:
    labels = [a["aria-label"] or "" for tag, a in Tags(html).found if a.get("role") == "img"]
    for word in ("Waveform", "Spectrogram", "Tempogram", "Chroma", "key over time", "jazz: 0:00"):
        assert any(word in label for label in labels), word


def test_without_parts_and_audio(view: View) -> None:
    made = page(replace(view, parts=(), audio="", answers=view.answers[:2]))
    assert "<audio" not in made
    assert "<table" not in made
    Tags(made)


def test_the_same_view_gives_the_same_page(view: View, html: str) -> None:
    assert page(view) == html


def test_percent_claims_no_certainty() -> None:
    assert [percent(p) for p in (0, 0.001, 0.5, 0.994, 0.999, 1)] == [
        "0 %", "< 1 %", "50 %", "99 %", "> 99 %", "100 %",
    ]  # fmt: skip


def test_the_curve_is_highest_at_the_answer(view: View) -> None:
    tempo = view.answer("tempo")
    assert tempo is not None
    points = re.findall(r"([\d.]+) ([\d.]+)", curve(tempo))
    top = min(points, key=lambda point: float(point[1]))
    assert float(top[0]) == pytest.approx((int(tempo.best) - 60) / 120, abs=1e-3)
