"""The same as a PNG or SVG: whole, the same each time, whatever the song is called."""

from dataclasses import replace
from io import BytesIO
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import pytest

from mullama.show.picture import INKS, draw
from mullama.show.view import View

pytest.importorskip("matplotlib")
NAME = "$\\frac$ {x} <b>&amp; 曲 \u202e\x00.wav"


def pixels(data: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return imread(BytesIO(data), format="png")[..., :3]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_png_has_its_paper_and_something_on_it(
    view: View, theme: Literal["light", "dark"]
) -> None:
    found = pixels(draw(replace(view, name=NAME), "png", theme))
    paper = np.array([int(INKS[theme].paper[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    assert found[0, 0] == pytest.approx(paper, abs=1e-3)
    assert 0.2 < (np.abs(found - paper) > 0.02).any(axis=-1).mean() < 0.9
    assert np.abs(found[:, -3:] - paper).max() < 0.02, "something is cut at the right"


@pytest.mark.slow
def test_an_svg_is_one_file_and_the_same_each_time(view: View) -> None:
    made = draw(replace(view, name=NAME), "svg", "light")
    assert made == draw(replace(view, name=NAME), "svg", "light")
    for element in ElementTree.fromstring(made).iter():
        for key, value in element.attrib.items():
            if key.endswith("href"):
                assert value.startswith(("data:", "#"))


def test_without_parts_and_answers(view: View) -> None:
    assert len(draw(replace(view, parts=(), answers=view.answers[:1]), "png", "light")) > 10_000
