"""A model and held-out clips become the table of figures that stands in the model card.

Every figure comes from written answers: questions in the studio's many wordings, about clips of
held-out seeds, and again with the music of another piece, which shows what is guessed from the
question alone. Does not know how the model was trained.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from mullama.evaluation.small_model.details import (
    Answered,
    Detail,
    by_instrument,
    by_style,
    spread,
)
from mullama.evaluation.small_model.scores import TARGETS, Figures, majority, score
from mullama.jobs.atomic import write_text
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.open_model import load
from mullama.song import MuLlama, Song
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.truth import Truth
from mullama.studio.words.balance import balanced_presences
from mullama.studio.words.describe import ask, ask_presence

FIGURES = "figures.json"
"""Usual name of the file that `save_figures` writes, in a run's folder."""
TOPICS = ("drums", "style", "tempo", "metre", "key", "mood", "instruments", "long", "vocals")
PRESENCES_AN_INSTRUMENT = 25
"""Clips with an instrument, and as many without, that are asked about it."""
BATCH = 64
SEED = 12345
UNLISTED = ("piano",)
"""Stands for instruments that nobody has listed, which are asked after all the same."""
APART = 12
"""Clips between a clip and the one whose music takes its place: more than one piece or recording has."""


@dataclass(frozen=True)
class Measured:
    """All figures of a model; columns are sets of clips, their controls, and guessing."""

    figures: dict[str, Figures]
    spreads: dict[str, Figures] = field(default_factory=dict)
    """Of sets: half of the 95 percent interval of each row."""
    styles: dict[str, dict[str, Detail]] = field(default_factory=dict)
    """Of sets whose styles are known."""
    instruments: dict[str, dict[str, Detail]] = field(default_factory=dict)
    """Of sets whose instruments are known."""


def measure(
    model: str | Path,
    held_out: Mapping[str, SpectraSet],
    report: Callable[[str], None] = print,
) -> Measured:
    """All figures of a model: for each set of clips, its control, and guessing on the first set."""
    mu = load(model, dtype="float32", device="cpu")
    found = Measured({"majority": majority(next(iter(held_out.values())).truths)})
    for name, music in held_out.items():
        songs = listen(mu, music)
        said = answered(mu, songs, music.truths)
        found.figures[name] = score(*said)
        found.spreads[name] = spread(said)
        for details, rows in ((found.styles, by_style), (found.instruments, by_instrument)):
            if of_set := rows(said):
                details[name] = of_set
        report(f"measured on {len(songs)} clips: {name}")
        # Neighbours are takes of one piece or parts of one recording, so another one is further on.
        others = songs[APART:] + songs[:APART]
        found.figures[f"{name}, wrong song"] = figures(mu, others, music.truths)
    return found


def listen(mu: MuLlama, music: SpectraSet) -> list[Song]:
    """Clips as songs that can be asked."""
    encoder = mu.model.encoder
    assert isinstance(encoder, FilterbankEncoder)  # the small model's, which takes spectra
    with torch.inference_mode():
        parts = [
            encoder.attend(music.spectra(slice(start, start + BATCH)))
            for start in range(0, len(music), BATCH)
        ]
    return [
        Song(mu, f"clip {index}", listening, 10.0, 10.0)
        for index, listening in enumerate(torch.cat(parts))
    ]


def figures(mu: MuLlama, songs: Sequence[Song], truths: Sequence[Truth]) -> Figures:
    """Percentages for one set of clips, `songs[i]` being asked what `truths[i]` answers."""
    return score(*answered(mu, songs, truths))


def answered(mu: MuLlama, songs: Sequence[Song], truths: Sequence[Truth]) -> Answered:
    """What is said about one set of clips, `songs[i]` being asked what `truths[i]` answers."""
    rng = random.Random(SEED)
    told = [truth if truth.listed else replace(truth, instruments=UNLISTED) for truth in truths]
    asked = [(i, ask(truth, topic, rng)) for topic in TOPICS for i, truth in enumerate(told)]
    presences = balanced_presences(truths, SEED, PRESENCES_AN_INSTRUMENT)
    asked += [
        (i, ask_presence(truths[i], name, rng))
        for i, names in enumerate(presences)
        for name in names
    ]
    texts = answers(mu, [songs[i] for i, _ in asked], [pair.question for _, pair in asked])
    said: dict[str, dict[int, str]] = {topic: {} for topic in TOPICS}
    checked: list[tuple[int, str, str]] = []
    for (index, pair), text in zip(asked, texts, strict=True):
        if pair.topic == "presence":
            checked.append((index, str(pair.subject), text))
        else:
            said[pair.topic][index] = text
    return Answered(truths, said, checked)


def answers(mu: MuLlama, songs: Sequence[Song], questions: Sequence[str]) -> list[str]:
    """Greedy answers, in order; asked shortest question first, so that little is padded."""
    order = sorted(range(len(songs)), key=lambda i: len(questions[i]))
    texts = [""] * len(songs)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        batch = mu.ask([songs[i] for i in rows], [questions[i] for i in rows], temperature=0.0)
        for i, answer in zip(rows, batch, strict=True):
            texts[i] = answer.text
    return texts


def save_figures(measured: Measured, path: Path) -> None:
    """Write figures as JSON, rounded to a tenth of a percent. Raises UsageError for a full disk."""
    stored = _rounded(asdict(measured)) | {"targets": [asdict(target) for target in TARGETS]}
    write_text(path, json.dumps(stored, indent=1) + "\n")


def _rounded(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: _rounded(value) for name, value in values.items()}
    return round(values, 1)
