"""Music Understanding LLaMA: a music file and a question go in, an answer comes out.

Importing this loads nothing heavy; torch comes with the first `load`.
"""

from importlib.metadata import version
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Unpack

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from torch import Tensor

    from mullama.answer.answer import Answer
    from mullama.answer.choice import Choice
    from mullama.answer.sampling import SamplingKeywords
    from mullama.load_options import LoadKeywords
    from mullama.song import MuLlama, Song

__all__ = ["Answer", "Choice", "MuLlama", "Song", "caption", "load"]
__version__ = version("mullama")


def load(name: "str | PathLike[str] | None" = None, **options: "Unpack[LoadKeywords]") -> "MuLlama":
    """Open a model: one that ships (small, english), a folder, or a hub name. See `mullama.open_model.load`."""
    from mullama.open_model import load

    return load(name, **options)


def caption(
    audio: "str | PathLike[str] | ArrayLike | Tensor",
    length: Literal["short", "long"] = "short",
    *,
    model: "str | PathLike[str] | MuLlama | None" = None,
    sample_rate: int | None = None,
    **sampling: "Unpack[SamplingKeywords]",
) -> "Answer":
    """Describe a music file, or samples at `sample_rate` hertz. For many of them, load a model once."""
    from mullama.open_model import load
    from mullama.song import MuLlama

    mu = model if isinstance(model, MuLlama) else load(model)
    return mu.listen(audio, sample_rate=sample_rate).caption(length, **sampling)


def __getattr__(name: str) -> Any:
    if name in __all__:
        from mullama import song

        return getattr(song, name)
    raise AttributeError(f"module 'mullama' has no attribute {name!r}")
