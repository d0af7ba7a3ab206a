"""Reads damaged sound files of every format: no crash, no hang, no error but AudioError, little memory.

    python benchmarks/fuzz_audio.py [--mutations 20000] [--seed 0] [--keep DIR]

A mutation is drawn from the seed and its number alone. They are read in another process, which a
fault ends and which then begins again behind it; the fault is printed, and its file put into DIR. The
exit code is 1 where there was one. The tests make a short run of this.
"""

import argparse
import collections
import faulthandler
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

RATE_HZ = 24_000
TONE_SECONDS = 0.5
MAX_SECONDS = 600.0
"""Of sound that is read: a mutated header may promise years."""
TIMEOUT_SECONDS = 20.0
"""For one file."""
MAX_GROWTH_KB = 250_000
"""What all mutations may add to the memory of the process that reads them."""
HEADER_BYTES = 400
"""A header decides more than samples do, so half of all changes fall there."""


def mutate(content: bytes, random_: random.Random) -> bytes:
    """The content with some places changed: bytes, zeros, ones, a part lost or twice, the end cut off."""
    mutated = bytearray(content)
    for _ in range(random_.choice((1, 1, 2, 8, 40))):
        place = random_.randrange(len(mutated))
        if random_.random() < 0.5:
            place %= HEADER_BYTES
        length = random_.choice((1, 2, 4, 8, 100, 2000))
        part = slice(place, place + length)
        match random_.randrange(10):
            case 0:
                mutated[part] = bytes(length)
            case 1:
                mutated[part] = b"\xff" * length
            case 2:
                mutated[part] = b""
            case 3:
                mutated[part] = 2 * mutated[part]
            case 4:
                mutated = mutated[: place + length]
            case _:
                mutated[place] = random_.randrange(256)
        mutated = mutated or bytearray(1)
    return bytes(mutated)


def read(path: Path) -> str:
    """How reading a file ended, by the rules: whole, with a warning, or refused in one line."""
    from mullama.errors import AudioError
    from mullama.listen.audio.reader import AudioReader

    try:
        reader = AudioReader(path, RATE_HZ, max_seconds=MAX_SECONDS)
        for block in reader.blocks():
            del block
    except AudioError as error:
        if "\n" in str(error):
            raise
        return "refused"
    return "warned" if reader.warnings else "whole"


def read_mutations(folder: Path, numbers: range, seed: int) -> None:
    """Print each mutation's number and end; whatever breaks the rules ends the process."""
    sounds = sorted(folder.glob("tone.*"))
    for sound in sounds:
        read(sound)
    before = _peak_kb()
    for number in numbers:
        sound = sounds[number % len(sounds)]
        path = folder / f"mutation.{sound.name}"
        random_ = random.Random(f"{seed} {number}")
        path.write_bytes(mutate(sound.read_bytes(), random_))
        faulthandler.dump_traceback_later(TIMEOUT_SECONDS, exit=True)
        print(number, read(path), flush=True)
        faulthandler.cancel_dump_traceback_later()
        if _peak_kb() - before > MAX_GROWTH_KB:
            raise SystemExit(f"{path.name} took {_peak_kb() - before} kB")


def faults(
    folder: Path, mutations: int, seed: int, counts: collections.Counter[str]
) -> Iterator[str]:
    """What broke the rules, mutation by mutation; `counts` learns how the others ended."""
    first = 0
    while first < mutations:
        command = [sys.executable, __file__, "--child", folder, "--seed", seed]
        command += ["--first", first, "--mutations", mutations]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        ends = [line.split()[1] for line in done.stdout.splitlines()]
        counts.update(ends)
        first += len(ends) + 1
        if done.returncode:
            yield f"mutation {first - 1} (exit code {done.returncode}):\n{done.stderr[-2000:]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=20_000, help="of all formats together")
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="where files that broke a rule are put")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        read_mutations(options.child, range(options.first, options.mutations), options.seed)
        return 0
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from sound_files import write_every_kind

    counts: collections.Counter[str] = collections.Counter()
    found = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_every_kind(folder, TONE_SECONDS)
        for fault in faults(folder, options.mutations, options.seed, counts):
            found += 1
            print(fault, file=sys.stderr)
            for path in folder.glob("mutation.*") if options.keep else ():
                options.keep.mkdir(parents=True, exist_ok=True)
                path.rename(options.keep / f"{found}.{path.name}")
    print(json.dumps({**counts, "faults": found}, sort_keys=True))
    return 1 if found else 0


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
