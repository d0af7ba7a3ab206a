"""A file that libsndfile reads -> blocks of float32 samples, (frames, channels), with their rate.

Here are wav, aiff, flac, ogg, opus and their relatives. libsndfile could read mp3 as well, but its
mp3 decoder writes to the process's stderr when a file is damaged, so mp3 goes to `containers`.
Which files belong here is told from their first bytes, never from their name. Does not know what
the samples are for.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mullama.errors import AudioError
from mullama.listen.audio.samples import Frames
from mullama.listen.audio.truncation import UNKNOWN_SIZE, is_truncated
from mullama.printable import printable

MARKS = frozenset({b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b"fLaC", b"OggS", b".snd"})
FRAMES_PER_READ = 8192
"""What one damaged place can cost at most; larger reads gain nothing."""
UNKNOWN_FRAMES = 2**63 - 1
"""What libsndfile says where it cannot tell, as for joined ogg files."""


def is_soundfile(head: bytes) -> bool:
    """Whether a file that begins with these bytes is one for libsndfile."""
    return head[:4] in MARKS and head[8:12] != b"AVI "


def is_ogg_opus(head: bytes) -> bool:
    """Whether a file that begins with these bytes is Opus in ogg.

    libsndfile reads it, but loses packets between some pages, and says nothing or breaks off later.
    """
    return head[:4] == b"OggS" and head[28:36] == b"OpusHead"


class SoundfileSource:
    """One pass over a file. Raises `AudioError` when libsndfile cannot open it."""

    def __init__(self, path: Path) -> None:
        import soundfile

        self._path = path
        self._failure = soundfile.LibsndfileError
        if path.suffix.lower() == ".raw":  # would be taken for headerless samples
            raise AudioError(f"{printable(path)}: is named .raw, which would hide its header")
        # Elsewhere names are bytes, and soundfile refuses those that are not UTF-8 as text.
        name = str(path) if os.name == "nt" else os.fsencode(path)
        try:
            self._file = soundfile.SoundFile(name)
        except soundfile.LibsndfileError as error:
            raise AudioError(f"{printable(path)}: cannot be opened as a sound file") from error
        known = self._file.frames != UNKNOWN_FRAMES
        self.seconds: float | None = self._file.frames / self._file.samplerate if known else None
        self.damaged = self._states_more_than_there_is()
        self.broke_off = False
        """Whether `pieces` ended before the file's own end."""

    def pieces(self) -> Iterator[tuple[Frames, int]]:
        """Yield blocks and the rate in Hz; stop at the first thing that fails."""
        frames = 0
        while True:
            try:
                piece = self._file.read(FRAMES_PER_READ, dtype="float32", always_2d=True)
            except self._failure:
                self.broke_off = True
                break
            if not len(piece):
                break
            frames += len(piece)
            yield np.asarray(piece, dtype=np.float32), self._file.samplerate
        self.broke_off |= frames < self._file.frames
        self.damaged |= self.broke_off

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _states_more_than_there_is(self) -> bool:
        if self._file.format == "OGG":
            return is_truncated(self._path)
        # libsndfile's own log: "data : 1764000 (should be 881978)"
        sizes = re.findall(r": (\d+) \(should be (\d+)\)", self._file.extra_info)
        padding = 8
        return any(int(there) + padding < int(said) < UNKNOWN_SIZE for said, there in sizes)
