"""A file on which libsndfile breaks off -> the samples that it gave, then FFmpeg's from there on.

Damage ends libsndfile's pass over a file, and so does the end of the first of joined files; FFmpeg
skips the damage and reads the next file. Both count frames alike, so that no sample comes twice and
none is left out between them.
"""

from collections.abc import Iterator
from pathlib import Path

from mullama.errors import AudioError
from mullama.listen.audio.containers import ContainerSource
from mullama.listen.audio.samples import Frames
from mullama.listen.audio.soundfiles import SoundfileSource


class ContinuedSource:
    """One pass over a file, by the second reader where the first fails."""

    def __init__(self, path: Path) -> None:
        """Raises AudioError when libsndfile cannot open it."""
        self._path = path
        self._first = SoundfileSource(path)
        self._second: ContainerSource | None = None
        self._seconds_read = 0.0
        self.seconds = self._first.seconds

    @property
    def damaged(self) -> bool:
        """Whether something was missing or did not decode; final when `pieces` has ended."""
        if self._second is None:
            return self._first.damaged
        return self._second.damaged or self._seconds_read < (self.seconds or 0.0)

    def pieces(self) -> Iterator[tuple[Frames, int]]:
        """Yield blocks with their rate in Hz."""
        frames = 0
        for piece, rate in self._first.pieces():
            frames += len(piece)
            yield piece, rate
        if self._first.broke_off:
            yield from self._rest(frames)

    def close(self) -> None:
        """Let go of the file."""
        self._first.close()
        if self._second is not None:
            self._second.close()

    def _rest(self, frames: int) -> Iterator[tuple[Frames, int]]:
        """What FFmpeg reads behind the first `frames`; nothing where it cannot open the file."""
        try:
            self._second = ContainerSource(self._path)
        except AudioError:
            return
        read = 0
        for piece, rate in self._second.pieces():
            read += len(piece)
            self._seconds_read = read / rate
            if read > frames:
                yield piece[max(0, len(piece) - (read - frames)) :], rate
