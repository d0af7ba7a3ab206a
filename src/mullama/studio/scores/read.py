"""music21's corpus (Cuthbert and Ariza 2010) becomes scores, one line of JSON a file, read once.

Reading goes on where it was interrupted. Which composers are trained on and which held out is fixed here, so
that no work is ever used for both. Does not know how scores are played.
"""

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from mullama.jobs.logged import run_logged
from mullama.jobs.workers import Work
from mullama.studio.scores.score import SCORE_FILES, Score, ScoreFile, Written

FILE = "scores.jsonl"
TRAINING: dict[str, int] = {
    "bach": 500,
    "palestrina": 150,
    "essenFolksong": 31,
    "oneills1850": 16,
    "mozart": 60,
    "monteverdi": 60,
    "trecento": 40,
    "schumann_robert": 20,
    "schubert": 20,
    "chopin": 20,
    "corelli": 20,
    "handel": 20,
    "cpebach": 20,
    "josquin": 20,
    "leadSheet": 20,
    "nottingham-dataset": 20,
}
"""Composers and collections to train on -> files of each, at most."""
HELD_OUT: dict[str, int] = {
    "beethoven": 12,
    "haydn": 60,
    "joplin": 10,
    "ryansMammoth": 200,
    "airdsAirs": 6,
    "schumann_clara": 20,
    "weber": 10,
    "verdi": 10,
}
"""Those that no training uses."""
WORKS_A_FILE = 25
"""Of a collection, so many works are read."""
FEWEST_NOTES = 24


def read(
    composers: Sequence[str],
    folder: Path,
    *,
    workers: int = 1,
    report: Callable[[str], None] = print,
) -> None:
    """Read the works of composers in TRAINING or HELD_OUT that `folder` does not have yet.

    Raises UsageError for a disk that refuses.
    """
    files = [file for composer in composers for file in _files(composer)]
    work = Work.of(read_file, catch=(Exception,), failed=_failed)
    outcome = run_logged(
        files, work, folder / FILE, SCORE_FILES, key=_name, workers=workers, unit="score"
    )
    if outcome.failed:
        report(f"scores: {outcome.failed} files could not be read")


def load(composers: Sequence[str], folder: Path) -> dict[str, list[Score]]:
    """The works of composers that `read` has read."""
    found: dict[str, list[Score]] = {composer: [] for composer in composers}
    for file in SCORE_FILES.read(folder / FILE) if (folder / FILE).exists() else ():
        for score in file.scores:
            if score.composer in found:
                found[score.composer].append(score)
    return found


def read_file(file: tuple[str, str]) -> ScoreFile:
    """(composer, path) -> its works, those of few notes or without a time signature left out."""
    from music21 import converter, stream

    composer, path = file
    parsed = converter.parse(path, forceSource=True)
    works = list(parsed.scores) if isinstance(parsed, stream.Opus) else [parsed]
    random.Random(Path(path).name).shuffle(works)
    scores = (_score(work, composer, f"{Path(path).name}#{n}") for n, work in enumerate(works))
    kept = (score for score in scores if _is_usable(score))
    return ScoreFile(_name(file), tuple(islice(kept, WORKS_A_FILE)))


def _score(work: Any, composer: str, name: str) -> Score:
    flat = work.flatten()
    metres = {
        _quarters(one.offset): one.ratioString for one in flat.getElementsByClass("TimeSignature")
    }
    signature = flat.getElementsByClass("KeySignature").first()
    voices = (_voice(part) for part in (work.parts or [work]))
    return Score(
        name,
        composer,
        tuple(voice for voice in voices if voice),
        tuple(sorted(metres.items())),
        None if signature is None else int(signature.sharps),
    )


def _voice(part: Any) -> tuple[Written, ...]:
    notes = []
    for element in part.stripTies().flatten().notes:
        if element.duration.isGrace or "ChordSymbol" in element.classes:
            continue
        start, duration = _quarters(element.offset), _quarters(element.duration.quarterLength)
        notes += [Written(start, duration, int(pitch.midi)) for pitch in element.pitches]
    return tuple(sorted(notes))


def _is_usable(score: Score) -> bool:
    return bool(score.metres) and sum(map(len, score.voices)) >= FEWEST_NOTES


def _quarters(length: float | Fraction) -> float:
    return round(float(length), 4)


def _name(file: tuple[str, str]) -> str:
    """Its place in the corpus, wherever that is installed."""
    return file[1].split("/corpus/", 1)[-1]


def _failed(file: tuple[str, str], why: str) -> ScoreFile:
    return ScoreFile(_name(file), failure=why)


def _files(composer: str) -> list[tuple[str, str]]:
    """Its files, in an order of their own that is always the same."""
    from music21 import corpus

    named = sorted(
        str(path)
        for path in corpus.getCorePaths()
        if composer in Path(path).parts and Path(path).suffix not in (".py", ".rntxt", ".xml_")
    )
    random.Random(composer).shuffle(named)
    limit = (TRAINING | HELD_OUT)[composer]
    return [(composer, path) for path in named[:limit]]
