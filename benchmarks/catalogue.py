"""Songs an hour of `mullama catalogue` by workers and songs at a time, beside one question at a time.

    python benchmarks/catalogue.py               # speed, parts, twenty kills, rows; eleven minutes
    python benchmarks/catalogue.py --only-rows   # the bookkeeping anew, five minutes; the rest stays as it is
    python benchmarks/catalogue.py --songs 480 --rows 1000 100000

The songs are stretches of examples/, each with its own content. Every run is a process of its own with all
that it costs, so also loading the model. The figures go into docs/catalogue.json and docs/catalogue.md.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from machine import REPOSITORY, machine

from mullama.listen.audio.reader import AudioReader

DOCS = REPOSITORY / "docs"
sys.path.insert(0, str(DOCS))
from marked import fill  # noqa: E402

RUNS = ((1, 1), (1, 8), (2, 1), (2, 4), (2, 8), (2, 16))
"""(workers, songs at a time)."""
KILLED_SONGS, KILLED_BLOCK = 8, 2
SECONDS, RATE = 20, 24_000
MEASURED_SONGS, TIMES = 16, 3
ROWS = [1_000, 10_000, 100_000, 1_000_000]
GOAL = 6.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--songs", type=int, default=240)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--only-rows", action="store_true")
    parser.add_argument("--out", type=Path, help="where figures go instead of docs/ (for a try)")
    parser.add_argument("--one-at-a-time", nargs="+", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--parts", nargs="+", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_at_a_time:
        one_at_a_time(options.one_at_a_time)
        return
    if options.parts:
        print(json.dumps(parts(options.parts)))
        return
    known = DOCS / "catalogue.json"
    figures = json.loads(known.read_text()) if options.only_rows else heard(options)
    figures["rows"] = [rows(count) for count in options.rows]
    text = json.dumps(figures, indent=2) + "\n"
    if options.out is not None:
        options.out.write_text(text)
        print("\n\n".join(filled(figures).values()))
        return
    known.write_text(text)
    fill(DOCS / "catalogue.md", filled(figures))


def heard(options: argparse.Namespace) -> dict[str, Any]:
    """All figures that need a model."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        songs = write_songs(folder / "music", options.songs)
        return {
            "machine": machine(),
            "songs": options.songs,
            "seconds_a_song": SECONDS,
            "goal": GOAL,
            "runs": speed(folder, songs),
            "parts": measured_parts(songs[:MEASURED_SONGS]),
            "kills": kills(folder, songs[:KILLED_SONGS], options.kills),
        }


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
    found: list[dict[str, Any]] = []
    for workers, together in ((1, 0), *RUNS):
        out = folder / f"{workers}-{together}"
        flags = ["--workers", str(workers), "--songs", str(together)]
        command = [*catalogue(folder / "music", out), *flags] if together else alone
        run = {"workers": workers, "songs_at_a_time": together, **measured(command, len(songs))}
        found.append(run)
        run["ratio"] = run["songs_an_hour"] / found[0]["songs_an_hour"]
        print(", ".join(f"{name} {value:.4g}" for name, value in run.items()), flush=True)
    return found


def one_at_a_time(songs: Sequence[Path]) -> None:
    """What anybody would write first: the songs in a row, and all that a catalogue asks in a row."""
    import mullama
    from mullama.catalogue.closed import closed_questions
    from mullama.catalogue.describe import GREEDY, said
    from mullama.catalogue.questions import all_questions

    mu = mullama.load("small")
    for path in songs:
        song = mu.listen(path)
        answers = {n: said(song.ask(text, **GREEDY)) for n, text in all_questions({}).items()}
        for closed in closed_questions(answers, mu.calibration.forms):
            song.ask(closed.question, choices=closed.choices)


def catalogue(music: Path, out: Path) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "mullama", "catalogue", str(music), "--out", str(out)]


def measured(command: Sequence[str], songs: int) -> dict[str, float]:
    """A process, and those that it starts, to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0.0
    while True:
        found, status, usage = os.wait4(process.pid, os.WNOHANG)
        if found:
            break
        peak = max(peak, peak_memory(process.pid))
        time.sleep(0.05)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{command[:4]} ended with {process.returncode}")
    return {
        "songs_an_hour": songs * 3600 / seconds,
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": peak,
    }


def peak_memory(process: int) -> float:
    """MiB that a process held at most so far; Linux alone tells. (rusage counts what it was forked from.)"""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    _, found, rest = status.partition("VmHWM:")
    return int(rest.split()[0]) / 1024 if found else 0.0


def measured_parts(songs: Sequence[Path]) -> dict[str, float]:
    """See `parts`; in a process of its own, whose loading counts."""
    found: dict[str, float] = json.loads(
        subprocess.check_output([sys.executable, __file__, "--parts", *map(str, songs)])
    )
    print(found, flush=True)
    return found


def parts(songs: Sequence[Path]) -> dict[str, float]:
    """Seconds of one core: of loading, and of each part of a block of songs, the least of a few times."""
    began = time.process_time()
    import torch

    import mullama
    from mullama.catalogue.closed import closed_questions
    from mullama.catalogue.describe import GREEDY, NEGLIGIBLE, said
    from mullama.catalogue.questions import all_questions

    mu = mullama.load("small")
    found = {"loading": time.process_time() - began}
    torch.set_num_threads(1)
    texts = all_questions({})
    for _ in range(TIMES):
        times = [time.process_time()]
        decoding(songs)
        times.append(time.process_time())
        heard = [mu.listen(path) for path in songs]
        times.append(time.process_time())
        told = mu.ask(
            [song for song in heard for _ in texts], [*texts.values()] * len(heard), **GREEDY
        )
        times.append(time.process_time())
        coming = map(said, told)
        answers = [{name: next(coming) for name in texts} for _ in heard]
        asked = [
            (song, closed)
            for song, some in zip(heard, answers, strict=True)
            for closed in closed_questions(some, mu.calibration.forms)
        ]
        mu.ask(
            [song for song, _ in asked],
            [closed.question for _, closed in asked],
            choices=[closed.choices for _, closed in asked],
            negligible=NEGLIGIBLE,
        )
        times.append(time.process_time())
        decoded, listened, written, chosen = (b - a for a, b in pairwise(times))
        now = {
            "decoding": decoded,
            "encoding": listened - decoded,
            "answers": written,
            "choices": chosen,
        }
        for name, seconds in now.items():
            found[name] = min(found.get(name, seconds / len(songs)), seconds / len(songs))
    return found


def decoding(songs: Sequence[Path]) -> None:
    """Decode and resample all songs."""
    for path in songs:
        for _ in AudioReader(path, RATE).blocks():
            pass


def kills(folder: Path, songs: Sequence[Path], count: int) -> dict[str, Any]:
    """Signal 9 at moments spread over a run, each of which goes on; whether the rows are the same.

    A run that is through before it is killed makes room for a new one.
    """
    music = folder / "killed music"
    music.mkdir()
    for path in songs:
        (music / path.name).hardlink_to(path)
    flags = ["--songs", str(KILLED_BLOCK)]
    began = time.perf_counter()
    subprocess.run([*catalogue(music, folder / "whole"), *flags], check=True, capture_output=True)
    whole = time.perf_counter() - began
    rng, killed, same, number = random.Random(0), 0, True, 0
    while killed < count or (folder / f"killed {number}").exists():
        out = folder / f"killed {number}"
        process = subprocess.Popen(
            [*catalogue(music, out), *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(rng.uniform(0.1, 1.1) * whole if killed < count else None)
            same &= process.returncode == 0 and _rows(out) == _rows(folder / "whole")
            number += 1
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            out.mkdir(exist_ok=True)  # it may have had no time for that
            killed += 1
            print(f"killed {killed} times", flush=True)
    return {"moments": killed, "runs": number, "same_rows": same}


def _rows(out: Path) -> bytes:
    return (out / "captions.jsonl").read_bytes()


def rows(count: int) -> dict[str, float]:
    """The bookkeeping alone; see catalogue_rows.py."""
    script = Path(__file__).with_name("catalogue_rows.py")
    found: dict[str, float] = json.loads(
        subprocess.check_output([sys.executable, str(script), str(count)])
    )
    print(found, flush=True)
    return found


def filled(figures: dict[str, Any]) -> dict[str, str]:
    """The document's places."""
    return {
        "speed": _speed(figures),
        "parts": _parts(figures),
        "kills": _kills(figures["kills"]),
        "rows": _rowed(figures),
    }


def _speed(figures: dict[str, Any]) -> str:
    lines = [
        f"{figures['songs']} songs of {figures['seconds_a_song']} s (mp3), the small model,"
        f" {figures['machine']['processor']}.",
        "",
        "| workers | songs at a time | songs an hour | against one question at a time | MiB at most |",
        "|---|---|---|---|---|",
    ]
    for run in figures["runs"]:
        together = run["songs_at_a_time"] or "one question"
        lines.append(
            f"| {run['workers']} | {together} | {run['songs_an_hour']:.0f} | {run['ratio']:.1f}x "
            f"| {run['peak_mib']:.0f} |"
        )
    best = max(figures["runs"], key=lambda run: run["ratio"])
    lines += ["", f"The goal is {figures['goal']:.0f}x; the best is {best['ratio']:.1f}x."]
    return "\n".join(lines)


def _parts(figures: dict[str, Any]) -> str:
    found = figures["parts"]
    named = {
        "decoding": "decoding and resampling the audio",
        "encoding": "encoding it",
        "answers": "captions and answers",
        "choices": "choices: how probable each fact is",
    }
    total = sum(found[name] for name in named)
    lines = [
        f"One core, blocks of {MEASURED_SONGS} songs; loading takes {found['loading']:.1f} s of each process.",
        "",
        "| part | ms a song | share |",
        "|---|---|---|",
        *(
            f"| {text} | {1e3 * found[name]:.1f} | {found[name] / total:.0%} |"
            for name, text in named.items()
        ),
        f"| all | {1e3 * total:.1f} | |",
    ]
    return "\n".join(lines)


def _kills(killed: dict[str, Any]) -> str:
    same = "the same bytes" if killed["same_rows"] else "OTHER BYTES"
    return (
        f"Killed (signal 9) at {killed['moments']} random moments, {killed['runs']} runs ended with"
        f" {same} in captions.jsonl as one that was not."
    )


def _rowed(figures: dict[str, Any]) -> str:
    lines = [
        "| rows | ms a row | memory above the start | that is, a row |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row['rows']:,} | {row['ms_a_row']:.2f} | {row['grown_mib']:.0f} MiB"
        f" | {row['grown_mib'] * 1024 / row['rows']:.2f} KiB |"
        for row in figures["rows"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
