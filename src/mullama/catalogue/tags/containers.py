"""The tags of one file, by the names of our fields: ID3 in mp3 and wav, Vorbis comments, MP4's atoms.

Nothing else in the tags is touched: an ID3v2.3 tag stays one (2.2, which nothing writes any more, becomes
2.3), and so does ID3v1, which has no room for what we say. Does not know what is to be written.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from mullama.errors import AudioError, MissingExtraError
from mullama.printable import printable

MODEL, OURS = "MULLAMA_MODEL", "MULLAMA_TAGS"
"""Who said it, and provenance.py's memory; names of free fields in every container."""
ID3_FRAMES = {"tempo": "TBPM", "key": "TKEY", "mood": "TMOO", "genre": "TCON", "comment": "COMM"}
VORBIS = {"tempo": "BPM", "key": "INITIALKEY"}
FREE = "----:com.apple.iTunes:"
MP4_ATOMS = {
    "tempo": "tmpo",
    "key": f"{FREE}initialkey",
    "mood": f"{FREE}MOOD",
    "genre": "\xa9gen",
    "comment": "\xa9cmt",
}
V1_BYTES, V1_MARK = 128, b"TAG"
NOTHING = {"tempo": ("0",)}
"""Texts that stand for an empty field."""


class Tags(Protocol):
    """The tags of an open file."""

    def read(self, name: str) -> list[str]:
        """The texts of a field; none where it is empty."""
        ...

    def write(self, name: str, text: str) -> None:
        """Let a field have this text alone."""
        ...

    def remove(self, name: str) -> None:
        """Take a field out."""
        ...

    def save(self) -> None:
        """Bring all into the file."""
        ...


Opener = Callable[[Path], Tags]


def opener(path: Path) -> Opener:
    """What opens the tags of a file of this kind; looks into it. Raises AudioError for other kinds."""
    kinds = _kinds()
    found = guarded(path, lambda: kinds["File"](path, options=list(kinds["options"])))
    if found is None:
        raise AudioError(
            f"{printable(path)}: has no tags that are written here (mp3, flac, ogg, opus, m4a, wav)"
        )
    open_one = kinds["options"][type(found)]
    return lambda place: guarded(place, lambda: open_one(type(found), place))


def guarded(path: Path, act: Callable[[], Any]) -> Any:
    """Whatever mutagen makes of a broken or hostile file becomes an AudioError."""
    try:
        return act()
    except (AudioError, MemoryError):
        raise
    except Exception as error:
        why = printable(str(error) or type(error).__name__).partition("\n")[0][:200]
        raise AudioError(f"{printable(path)}: its tags cannot be read or written: {why}") from error


class Id3Tags:
    """ID3 of an mp3 file, or in a chunk of a wav file."""

    def __init__(self, kind: Any, path: Path) -> None:
        self._path = path
        # What ID3v1 says counts as there, but must not be carried over.
        self._all = kind(path, translate=False).tags or {}
        self._file = kind(path, translate=False, load_v1=False)
        tags = self._file.tags
        self._version = 4 if tags is None or tags.version[1] == 4 else 3
        if tags is not None and tags.version < (2, 3, 0):
            self._file = self._all = None
            self._file = kind(path, v2_version=3, load_v1=False)
            self._all = kind(path, v2_version=3).tags
        if self._file.tags is None:
            self._file.add_tags()

    def read(self, name: str) -> list[str]:
        """See Tags."""
        texts = []
        for frame in self._all.values():
            if _is_frame(frame, name):
                # A genre may be one of ID3v1's numbers.
                texts += [str(text) for text in (frame.genres if name == "genre" else frame.text)]
        return _without_nothing(name, texts)

    def write(self, name: str, text: str) -> None:
        """See Tags."""
        from mutagen import id3

        self.remove(name)
        frame: Any
        if name in (MODEL, OURS):
            frame = id3.TXXX(encoding=3, desc=name, text=[text])
        elif name == "comment":
            frame = id3.COMM(encoding=3, lang="eng", desc="", text=[text])
        else:
            frame = getattr(id3, ID3_FRAMES[name])(encoding=3, text=[text])
        self._file.tags.add(frame)

    def remove(self, name: str) -> None:
        """See Tags."""
        tags = self._file.tags
        for key in [key for key, frame in tags.items() if _is_frame(frame, name)]:
            del tags[key]

    def save(self) -> None:
        """See Tags."""
        v1 = _v1(self._path)
        self._file.save(v1=1, v2_version=self._version, v23_sep=None)
        if v1:  # mutagen has written its own in that place
            with self._path.open("rb+") as file:
                file.seek(-V1_BYTES, 2)
                file.write(v1)


class VorbisTags:
    """Vorbis comments of FLAC and of Ogg."""

    def __init__(self, kind: Any, path: Path) -> None:
        self._path, self._file = path, kind(path)
        if self._file.tags is None:
            self._file.add_tags()

    def read(self, name: str) -> list[str]:
        """See Tags."""
        return _without_nothing(name, list(self._file.tags.get(_comment(name), [])))

    def write(self, name: str, text: str) -> None:
        """See Tags."""
        self._file.tags[_comment(name)] = [text]

    def remove(self, name: str) -> None:
        """See Tags."""
        if _comment(name) in self._file.tags:
            del self._file.tags[_comment(name)]

    def save(self) -> None:
        """See Tags."""
        self._file.save(self._path)


class Mp4Tags:
    """The atoms of an m4a file; those without a name of Apple's are free ones."""

    def __init__(self, kind: Any, path: Path) -> None:
        self._path, self._file = path, kind(path)
        if self._file.tags is None:
            self._file.add_tags()

    def read(self, name: str) -> list[str]:
        """See Tags."""
        values = self._file.tags.get(_atom(name), [])
        texts = [
            bytes(v).decode(errors="replace") if isinstance(v, bytes) else str(v) for v in values
        ]
        return _without_nothing(name, texts)

    def write(self, name: str, text: str) -> None:
        """See Tags."""
        from mutagen.mp4 import MP4FreeForm

        free = _atom(name).startswith(FREE)
        value = int(text) if name == "tempo" else MP4FreeForm(text.encode()) if free else text
        self._file.tags[_atom(name)] = [value]

    def remove(self, name: str) -> None:
        """See Tags."""
        self._file.tags.pop(_atom(name), None)

    def save(self) -> None:
        """See Tags."""
        self._file.save(self._path)


def _kinds() -> dict[str, Any]:
    try:
        from mutagen import File
        from mutagen.flac import FLAC
        from mutagen.mp3 import MP3
        from mutagen.mp4 import MP4
        from mutagen.oggflac import OggFLAC
        from mutagen.oggopus import OggOpus
        from mutagen.oggvorbis import OggVorbis
        from mutagen.wave import WAVE
    except ImportError as cause:
        raise MissingExtraError("mutagen", "tags", "writing tags") from cause
    vorbis = dict.fromkeys((FLAC, OggVorbis, OggOpus, OggFLAC), VorbisTags)
    return {"File": File, "options": {MP3: Id3Tags, WAVE: Id3Tags, MP4: Mp4Tags, **vorbis}}


def _is_frame(frame: Any, name: str) -> bool:
    if name in (MODEL, OURS):
        return bool(frame.FrameID == "TXXX" and frame.desc == name)
    if name == "comment":  # programs keep their own under a description
        return bool(frame.FrameID == "COMM" and not frame.desc)
    return bool(frame.FrameID == ID3_FRAMES[name])


def _comment(name: str) -> str:
    return VORBIS.get(name, name.upper())


def _atom(name: str) -> str:
    return MP4_ATOMS.get(name, FREE + name)


def _without_nothing(name: str, texts: list[str]) -> list[str]:
    return [text for text in texts if text.strip() and text not in NOTHING.get(name, ())]


def _v1(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - V1_BYTES))
        end = file.read()
    return end if len(end) == V1_BYTES and end.startswith(V1_MARK) else b""
