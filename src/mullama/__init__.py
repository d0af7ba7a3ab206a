"""Music Understanding LLaMA: a music file and a question go in, an answer comes out.

Importing this loads nothing heavy; torch comes with the first `load`.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mullama.song import Answer, MuLlama, Song

__all__ = ["Answer", "MuLlama", "Song", "caption", "load"]
__version__ = version("mullama")


def load(name: Any = None, **options: Any) -> "MuLlama":
    """Open a model: the small one that ships, a folder, or a hub name. See `mullama.song.load`."""
    from mullama.song import load

    return load(name, **options)


def caption(audio: Any, length: str = "short", *, model: Any = None, **options: Any) -> "Answer":
    """Describe a music file, `short` or `long`; `options` go to `load`."""
    return load(model, **options).listen(audio).caption(length)


def __getattr__(name: str) -> Any:
    if name in __all__:
        from mullama import song

        return getattr(song, name)
    raise AttributeError(f"module 'mullama' has no attribute {name!r}")
