"""A job to be killed: `python killed_write.py FILE COUNT [URL]`, by the template or a server.

The template's clips come out of their order, as those of a server do.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from mullama.data.records import Clip
from mullama.musicqa.descriptions import Description
from mullama.musicqa.write import write
from mullama.musicqa.writers import open_writer
from mullama.musicqa.writers.template import TemplateWriter


class Disordered(TemplateWriter):
    """Every fifty clips backwards."""

    def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
        clips = super().write(descriptions)
        while block := list(islice(clips, 50)):
            yield from reversed(block)


def clips(count: int) -> Iterator[Description]:
    """Captions that differ."""
    for number in range(count):
        text = (
            f"A slow rock song, the {number}th, with a guitar, a piano and a sad voice. It is long."
        )
        yield Description("test", f"clip-{number}", text, "caption")


def main() -> None:
    out, count, *url = sys.argv[1:]
    writer = open_writer(f"openai:{url[0]}#canned") if url else Disordered()
    print("ready", flush=True)
    outcome = write(clips(int(count)), writer, Path(out)).outcome
    print(f"written {outcome.written} skipped {outcome.skipped}", flush=True)


if __name__ == "__main__":
    main()
