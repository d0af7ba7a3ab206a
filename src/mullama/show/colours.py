"""Colours that all eyes tell apart: maps of matplotlib's for pictures, Okabe's and Ito's for topics.

Okabe and Ito 2008, "Color Universal Design"; viridis and cividis rise evenly in lightness.
"""

from importlib.util import find_spec
from io import BytesIO
from typing import Literal

import numpy as np
from jaxtyping import Float32

from mullama.errors import MissingExtraError
from mullama.show.show_options import Topic

Map = Literal["viridis", "cividis"]
MAPS: dict[str, Map] = {"spectrogram": "viridis", "tempogram": "cividis", "chroma": "viridis"}
OKABE_ITO: dict[Topic, str] = {
    "style": "#CC79A7",
    "mood": "#E69F00",
    "tempo": "#56B4E9",
    "metre": "#888888",
    "key": "#009E73",
    "drums": "#D55E00",
    "instruments": "#0072B2",
}
"""Their yellow is hardly seen on white: metre has a grey."""


def require_matplotlib() -> None:
    """Raise MissingExtraError where there is none."""
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "show", "drawing")


def png(values: Float32[np.ndarray, "columns rows"], colours: Map) -> bytes:
    """A picture of values from 0 to 1, the first row at the bottom."""
    from matplotlib import colormaps
    from matplotlib.image import imsave

    pixels = colormaps[colours](values.T[::-1], bytes=True)[..., :3]
    out = BytesIO()
    imsave(out, np.ascontiguousarray(pixels), format="png", pil_kwargs={"optimize": True})
    return out.getvalue()
