"""A file that libsndfile reads -> blocks of float32 samples, (frames, channels), with their rate.

Here are wav, aiff, flac, ogg, opus and their relatives. libsndfile could read mp3 as well, but its
mp3 decoder writes to the process's stderr when a file is damaged, so mp3 goes to `containers`.
Which files belong here is told from their first bytes, never from their name. Does not know what
the samples are for.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mullama.errors import AudioError
from mullama.listen.audio.samples import Samples

MARKS = frozenset({b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b"fLaC", b"OggS", b".snd"})
FRAMES_PER_READ = 8192
"""What one damaged place can cost at most; larger reads gain nothing."""
UNKNOWN_LENGTH = 0x7FFF0000
"""A chunk said to be this long or longer was written to a pipe: its length was not known."""
OGG_LARGEST_PAGE = 65307
OGG_END_OF_STREAM = 0x04


def is_soundfile(head: bytes) -> bool:
    """Whether a file that begins with these bytes is one for libsndfile."""
    return head[:4] in MARKS and head[8:12] != b"AVI "


class SoundfileSource:
    """One pass over a file. Raises `AudioError` when libsndfile cannot open it."""

    def __init__(self, path: Path) -> None:
        import soundfile

        self._path = path
        self._failure = soundfile.LibsndfileError
        if path.suffix.lower() == ".raw":  # would be taken for headerless samples
            raise AudioError(f"{path}: is named .raw, which would hide its header")
        try:
            self._file = soundfile.SoundFile(str(path))
        except soundfile.LibsndfileError as error:
            raise AudioError(f"{path}: cannot be opened as a sound file") from error
        self.seconds: float | None = self._file.frames / self._file.samplerate
        self.damaged = self._cut_short()

    def pieces(self) -> Iterator[tuple[Samples, int]]:
        """Yield (frames, channels) and the rate in Hz; stop at the first thing that fails."""
        frames = 0
        while True:
            try:
                piece = self._file.read(FRAMES_PER_READ, dtype="float32", always_2d=True)
            except self._failure:
                self.damaged = True
                return
            if not len(piece):
                break
            frames += len(piece)
            yield np.asarray(piece, dtype=np.float32), self._file.samplerate
        self.damaged |= frames < self._file.frames

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _cut_short(self) -> bool:
        if self._file.format == "OGG":
            return not _ogg_ends(self._path)
        # libsndfile's own log: "data : 1764000 (should be 881978)"
        sizes = re.findall(r": (\d+) \(should be (\d+)\)", self._file.extra_info)
        padding = 8
        return any(int(there) + padding < int(said) < UNKNOWN_LENGTH for said, there in sizes)


def _ogg_ends(path: Path) -> bool:
    """Whether the last page of an ogg file is whole and says that it is the last."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - OGG_LARGEST_PAGE))
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return False
    whole = len(page) >= 27 + page[26] + sum(page[27 : 27 + page[26]])
    return whole and bool(page[5] & OGG_END_OF_STREAM)
