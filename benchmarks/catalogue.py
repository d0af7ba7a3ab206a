"""Songs an hour of `mullama catalogue` by workers and songs at a time, beside one question at a time.

    python benchmarks/catalogue.py               # speed, memory, decoding, twenty kills; minutes
    python benchmarks/catalogue.py --songs 200

The songs are stretches of examples/, each with its own content. Every run is a process of its own with all
that it costs, so also loading the model. The figures go into docs/catalogue.md, too.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from machine import REPOSITORY, keep, machine

from mullama.listen.audio.reader import AudioReader

DOCUMENT = REPOSITORY / "docs" / "catalogue.md"
BEGIN, END = "<!-- figures: benchmarks/catalogue.py -->", "<!-- end of figures -->"
RUNS = ((1, 1), (1, 8), (2, 1), (2, 4), (2, 8), (2, 16))
"""(workers, songs at a time)."""
KILLS = 20
SECONDS, RATE = 20, 44_100
GOAL = 6.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--songs", type=int, default=64)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--one-at-a-time", nargs="+", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_at_a_time:
        one_at_a_time(options.one_at_a_time)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        songs = write_songs(folder / "music", options.songs)
        figures = {
            "machine": machine(),
            "songs": options.songs,
            "seconds_a_song": SECONDS,
            "goal": GOAL,
            "rows": speed(folder, songs),
            "kills": kills(folder, options.kills),
        }
        alone = figures["rows"][0]["cpu_seconds"]
        figures["decoding_share_alone"] = decoding(songs) / alone
        figures["decoding_share"] = decoding(songs) / figures["rows"][2]["cpu_seconds"]
    keep("catalogue", figures)
    write_document(figures)


def write_songs(folder: Path, count: int) -> list[Path]:
    """So many mp3 files, no two alike."""
    folder.mkdir()
    sources = [
        soundfile.read(path, dtype="float32")
        for path in sorted((REPOSITORY / "examples").iterdir())
        if path.suffix in (".mp3", ".flac")
    ]
    rng, paths = np.random.default_rng(0), []
    for number in range(count):
        sound, rate = sources[number % len(sources)]
        sound = np.roll(
            np.resize(sound, (SECONDS * rate, *sound.shape[1:])), rng.integers(rate * 9), 0
        )
        paths.append(folder / f"{number:04d}.mp3")
        soundfile.write(paths[-1], sound * rng.uniform(0.5, 1), rate)
    return paths


def speed(folder: Path, songs: Sequence[Path]) -> list[dict[str, Any]]:
    """One question at a time, then the catalogue."""
    alone = [sys.executable, __file__, "--one-at-a-time", *map(str, songs)]
    rows = [{"workers": 1, "songs_at_a_time": 0, **measured(alone, len(songs))}]
    for workers, together in RUNS:
        out = folder / f"{workers}-{together}"
        flags = ["--workers", str(workers), "--songs", str(together)]
        found = measured([*catalogue(folder, out), *flags], len(songs))
        rows.append({"workers": workers, "songs_at_a_time": together, **found})
    for row in rows:
        row["ratio"] = row["songs_an_hour"] / rows[0]["songs_an_hour"]
        print(", ".join(f"{name} {value:.4g}" for name, value in row.items()))
    return rows


def one_at_a_time(songs: Sequence[Path]) -> None:
    """What anybody would write first: the songs in a row, and the questions in a row."""
    import mullama
    from mullama.catalogue.describe import GREEDY
    from mullama.catalogue.questions import all_questions

    mu = mullama.load()
    for path in songs:
        song = mu.listen(path)
        for question in all_questions({}).values():
            song.ask(question, **GREEDY)


def catalogue(folder: Path, out: Path) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "mullama", "catalogue", str(folder / "music"), "--out", str(out)]


def measured(command: Sequence[str], songs: int) -> dict[str, float]:
    """A process, and those that it starts, to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{command[:4]} ended with {process.returncode}")
    return {
        "songs_an_hour": songs * 3600 / seconds,
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib_of_a_process": usage.ru_maxrss / 1024,
    }


def decoding(songs: Sequence[Path]) -> float:
    """Processor seconds of decoding and resampling all songs."""
    began = time.process_time()
    for path in songs:
        for _ in AudioReader(path, 24_000).blocks():
            pass
    return time.process_time() - began


def kills(folder: Path, count: int) -> dict[str, Any]:
    """Signal 9 at random moments until it is done, and whether the rows are those of an unbroken run."""
    rng, out, ended = random.Random(0), folder / "killed", 0
    whole = folder / "1-8" / "captions.jsonl"
    for _ in range(count):
        process = subprocess.Popen(
            catalogue(folder, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(rng.uniform(1.0, 12.0))
            ended += 1
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    subprocess.run(catalogue(folder, out), check=True, capture_output=True)
    same = (out / "captions.jsonl").read_bytes() == whole.read_bytes()
    return {"moments": count, "ended_before": ended, "same_rows": same}


def write_document(figures: dict[str, Any]) -> None:
    """Put the figures between their marks."""
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    lines = [
        "",
        f"{figures['songs']} songs of {figures['seconds_a_song']} s (mp3), the small model,"
        f" {figures['machine']['processor']}.",
        "",
        "| workers | songs at a time | songs an hour | against one question at a time | peak of a process |",
        "|---|---|---|---|---|",
    ]
    for row in figures["rows"]:
        together = row["songs_at_a_time"] or "one question"
        lines.append(
            f"| {row['workers']} | {together} | {row['songs_an_hour']:.0f} | {row['ratio']:.1f}x |"
            f" {row['peak_mib_of_a_process']:.0f} MiB |"
        )
    killed = figures["kills"]
    lines += [
        "",
        f"The goal is {figures['goal']:.0f}x. Decoding the audio takes"
        f" {figures['decoding_share']:.1%} of the processor's time at 8 songs at a time. Killed at"
        f" {killed['moments']} random moments, a run ended with"
        f" {'the same' if killed['same_rows'] else 'OTHER'} rows.",
        "",
    ]
    DOCUMENT.write_text(before + BEGIN + "\n".join(lines) + END + after)


if __name__ == "__main__":
    main()
