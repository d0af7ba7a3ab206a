"""Listenings become the facts that a model which answers already hears in them.

What is taught must follow from what is heard. The truths of the pieces do not always: what the encoder
missed, nothing behind it can learn but by heart. So a smaller model says what it hears, and its words are
taken for the facts; what it leaves out is not clear. Silence stays what it is.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from mullama.answer.answer import CAPTIONS
from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.digest import bytes_digest
from mullama.song import MuLlama, Song
from mullama.studio.truth import Truth
from mullama.studio.words.parsing import (
    parse_instruments,
    parse_key,
    parse_metre,
    parse_mood,
    parse_style,
    parse_tempo,
)
from mullama.training.checkpoints import TrainingError

QUESTIONS = (CAPTIONS["long"], "Which instrument plays the melody?")
BATCH = 128
CLIP_SECONDS = 10.0


def read_facts(
    teacher: Callable[[], MuLlama],
    listenings: Float[Tensor, "clip states features"],
    truths: Sequence[Truth],
    folder: Path,
    report: Callable[[str], None],
) -> list[Truth]:
    """What the teacher hears in each Listening; kept in `folder`, and read from there the next time.

    `teacher` loads it where it is needed. Raises TrainingError where the disk refuses.
    """
    digest = bytes_digest(listenings.contiguous().numpy().tobytes())[:12]
    path = folder / f"facts-{digest}.json"
    if not path.exists():
        found = _ask(teacher(), listenings, truths, report)
        with atomic_file(path, error_type=TrainingError) as part:
            part.write_text(json.dumps([truth.as_dict() for truth in found]), encoding="utf-8")
    stored = json.loads(path.read_text(encoding="utf-8"))
    return [Truth(**{**one, "instruments": tuple(one["instruments"])}) for one in stored]


def heard(description: str, lead: str) -> Truth:
    """What a description and a sentence about the melody say."""
    instruments = parse_instruments(description)
    playing = parse_instruments(lead)
    return Truth(
        instruments=instruments,
        style=parse_style(description),
        tempo_bpm=parse_tempo(description),
        metre=parse_metre(description),
        key=parse_key(description),
        mood=parse_mood(description),
        lead=playing[0] if playing and playing[0] in instruments else None,
    )


def _ask(
    teacher: MuLlama,
    listenings: Float[Tensor, "clip states features"],
    truths: Sequence[Truth],
    report: Callable[[str], None],
) -> list[Truth]:
    config = teacher.model.config
    expected = (config.states, config.audio_config.hidden_size)
    if tuple(listenings.shape[1:]) != expected:
        raise UsageError("the teacher listens with another encoder than the model that is taught")
    found: list[Truth] = []
    for start in range(0, len(truths), BATCH):
        some = truths[start : start + BATCH]
        songs = [
            Song(teacher, str(start + place), row.float(), CLIP_SECONDS, CLIP_SECONDS)
            for place, row in enumerate(listenings[start : start + BATCH])
        ]
        long, lead = ([a.text for a in teacher.ask(songs, [q] * len(songs))] for q in QUESTIONS)
        for truth, description, melody in zip(some, long, lead, strict=True):
            found.append(heard(description, melody) if truth.instruments else truth)
        report(f"facts heard in {len(found)} of {len(truths)} Listenings")
    return found
