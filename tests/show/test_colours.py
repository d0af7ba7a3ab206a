"""Values become pixels of the map, the first row at the bottom."""

from io import BytesIO

import numpy as np
import pytest

from mullama.show.colours import MAPS, OKABE_ITO, png
from mullama.show.page import page
from mullama.show.show_options import TOPICS
from mullama.show.view import View

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("name", sorted(set(MAPS.values())))
def test_png(name: str) -> None:
    from matplotlib import colormaps
    from matplotlib.image import imread

    values = np.array([[0.0, 0.5], [1.0, 0.25], [0.0, 1.0]], np.float32)
    found = imread(BytesIO(png(values, name)), format="png")[..., :3]
    assert found.shape == (2, 3, 3)
    for column, row in ((0, 0), (1, 0), (0, 1), (2, 1)):
        wanted = colormaps[name](float(values[column, row]))[:3]
        assert found[1 - row, column] == pytest.approx(wanted, abs=0.01)


def test_page_and_picture_share_their_colours(view: View) -> None:
    assert tuple(OKABE_ITO) == TOPICS
    made = page(view).lower()
    for topic, colour in OKABE_ITO.items():
        short = "#888" if colour == "#888888" else colour.lower()
        assert f"i.{topic} {{ background: {short}" in made
