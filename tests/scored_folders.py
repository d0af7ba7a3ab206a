"""The folder of a scored evaluation: invented tracks and answers, scored by the real second step.

One system hears (most of the time), one answers the same whatever sounds, one is given no audio.
"""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import soundfile

from mullama.evaluation.asking.answers import AnswerRecord
from mullama.evaluation.asking.tasks import Asking, Task, tasks
from mullama.evaluation.folder import EvaluationFolder, StoredSystem
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.scoring.score import score
from mullama.evaluation.scoring.score_options import ScoreOptions
from mullama.jobs.digest import file_digest
from mullama.jobs.jsonl import to_line

INSTRUMENTS = ("piano and bass", "guitar and drums", "violin and flute", "a synthesizer")
MOODS = ("calm", "energetic", "sad", "happy")
STYLES = ("jazz", "rock", "classical", "electronic")
OPTIONS = ScoreOptions(bertscore_model="absent/model", resamples=200, permutations=999)
COMMAND = ("mullama", "evaluate", "run", "recipe with spaces.yaml")
TOPICS = ("instruments", "mood", "tempo", "caption")


def texts(track: int) -> list[tuple[str, str]]:
    """(question, answer) of each topic of `TOPICS`, about one track."""
    rng = random.Random(track)
    instruments, mood, style = (rng.choice(kind) for kind in (INSTRUMENTS, MOODS, STYLES))
    tempo = rng.randrange(60, 180, 4)
    return [
        ("Which instruments play?", f"The music is played on {instruments}."),
        ("What is the mood of the music?", f"The mood of the music is {mood}."),
        ("How fast is the music?", f"The tempo of the music is {tempo} BPM."),
        ("Describe the audio", f"A {mood} {style} track with {instruments} at {tempo} BPM."),
    ]


def items_of(tracks: int, audio: Path) -> tuple[Item, ...]:
    """Four questions about each track; the last track's audio is not there."""
    items = []
    for track in range(tracks):
        name, found = f"{track:03d}.wav", {}
        if track < tracks - 1:
            file = audio / name
            soundfile.write(file, np.full(800, track / 1000, dtype=np.float32), 8000)
            found = {"file": file, "sha256": file_digest(file)}
        for topic, (question, answer) in zip(TOPICS, texts(track), strict=True):
            missing = "" if found else f"{name} is not in the folder"
            items.append(
                Item(
                    f"{topic}-{track:03d}", question, (answer,),
                    audio=name, missing=missing, topic=topic, **found,
                )
            )  # fmt: skip
    return tuple(items)


def hearing(task: Task, rng: random.Random) -> str:
    """Right four times in five; under a control it answers about some other track."""
    right = not task.condition and rng.random() < 0.8
    track = int(task.item.id[-3:]) if right else rng.randrange(1000)
    return texts(track)[TOPICS.index(task.item.topic)][1]


def deaf(task: Task, rng: random.Random) -> str:
    """One track's answers with one of two openings, whatever sounds."""
    return rng.choice(("", "I think: ")) + texts(3)[TOPICS.index(task.item.topic)][1]


def constant(task: Task, rng: random.Random) -> str:
    """One caption for everything."""
    return "A calm rock track with guitar and drums."


SPEAKERS: Mapping[str, Callable[[Task, random.Random], str]] = {
    "MU-LLaMA small": hearing,
    "Deaf model": deaf,
    "Constant caption": constant,
}


def write_scored(
    path: Path,
    *,
    tracks: int = 13,
    names: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> EvaluationFolder:
    """Write the folder, its audio beside it. `names` are other names of systems, `said` other answers
    of the first one by item.
    """
    audio = path.parent / "audio #1"
    audio.mkdir(parents=True, exist_ok=True)
    items = items_of(tracks, audio)
    folder, asking = EvaluationFolder(path), Asking()
    sources = (("EvalMusicQA.json", "0" * 64),)
    folder.write_set(EvaluationSet("musicqa", items, "CC BY 4.0", sources, ("Invented.",)), asking)
    for place, (name, speaker) in enumerate(SPEAKERS.items()):
        shown, hears = (names or {}).get(name, name), speaker is not constant
        fingerprint = f"{place}" * 64
        folder.write_system(
            StoredSystem(shown, "test", f"system-{place}", fingerprint, {"seed": place}, hears)
        )
        lines = b""
        for task in tasks(items, asking, folder.control_sounds(asking), hears=hears):
            answer = speaker(task, random.Random(f"{task.item.id} {task.condition}"))
            if place == 0 and said:
                answer = said.get(task.item.id, answer)
            key = task.key(fingerprint)
            record = AnswerRecord(key, task.item.id, task.condition, task.question, answer)
            lines += to_line(record.as_dict())
        folder.answers(f"system-{place}").write_bytes(lines)
    score(folder, OPTIONS, COMMAND)
    return folder
