"""The protocols of asking: which stretches of a track are asked about, each by itself.

`whole`: the track at once, or the excerpt that its set names. `published`: as the published MusicQA
table was made, 60 s pieces of which every second one is asked about, the answers joined.
"""

from typing import Literal

from mullama.evaluation.asking.controls import Sound, Span

Protocol = Literal["whole", "published"]

PIECE_MS, SHORTEST_MS = 60_000, 10_000
"""The published protocol cuts pieces of this length, and drops a rest that is no longer than that."""


def spans(seconds: float, sound: Sound, protocol: Protocol) -> list[Span] | None:
    """The stretches of a file that are asked about, each by itself; None for all of it at once."""
    if protocol == "published":
        start, end = sound.excerpt or (0.0, seconds)
        pieces = published_pieces(round(1000 * (min(end, seconds) - start)))
        return [(start + first / 1000, start + last / 1000) for first, last in pieces]
    return None if sound.excerpt is None else [sound.excerpt]


def published_pieces(milliseconds: int) -> list[tuple[int, int]]:
    """The pieces that the published evaluation asks about, of a track of that length.

    Pieces of a minute, while more than a minute is left; a rest of 10 s or less is dropped; then the
    first, the third, the fifth, ... are asked.
    """
    starts = range(0, max(milliseconds, 1), PIECE_MS)
    pieces = [(start, min(start + PIECE_MS, milliseconds)) for start in starts]
    if pieces[-1][1] - pieces[-1][0] <= SHORTEST_MS:
        del pieces[-1]
    return pieces[::2]
