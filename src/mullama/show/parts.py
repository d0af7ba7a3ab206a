"""A song -> the same questions about each part of it, so that one sees where an answer comes from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from mullama.listen.audio.reader import AudioReader
from mullama.show.answers import Answered, ask
from mullama.show.show_options import ShowOptions
from mullama.show.spans import cut, part_spans
from mullama.song import MuLlama, Song


@dataclass(frozen=True)
class Part:
    """What was said of some seconds."""

    heard: tuple[float, float]
    """From and to: what the model listened to."""
    drawn: tuple[float, float]
    """The seconds around its middle that it stands for; those of all parts join up to the song."""
    answers: tuple[Answered, ...]


def parts(
    mu: MuLlama,
    path: Path,
    song: Song,
    options: ShowOptions,
    progress: Callable[[int, int], None],
) -> tuple[Part, ...]:
    """Listen to every part by itself and ask; `progress` is told how many of how many are done.

    Raises AudioError for a part that is too short for the model's encoder.
    """
    rate = mu.model.encoder.sample_rate
    spans = part_spans(round(song.seconds_heard * rate), rate, options.window, options.hop)
    heard = [(start / rate, end / rate) for start, end in spans]
    found = []
    with AudioReader(path, rate) as reader:
        sounds = cut(reader.blocks(), spans)
        for number, (samples, place) in enumerate(zip(sounds, drawn(heard), strict=True)):
            part = mu.listen(samples, sample_rate=rate, name=song.name)
            found.append(Part(heard[number], place, ask(mu, part, options.asked)))
            progress(number + 1, len(spans))
    return tuple(found)


def drawn(heard: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """From half way between each part's middle and the one before to half way to the next."""
    middles = [(start + end) / 2 for start, end in heard]
    borders = [(one + other) / 2 for one, other in pairwise(middles)]
    edges = [heard[0][0], *borders, heard[-1][1]]
    yield from pairwise(edges)
