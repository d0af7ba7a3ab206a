"""Files of question-answer pairs, also MusicQA's evaluation part -> items."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.data.files import expand, read_clips, refusing_tally
from mullama.data.formats.published import FIXED_QUESTIONS
from mullama.data.records import Clip
from mullama.evaluation.items import EvaluationSet, Item, check_items
from mullama.evaluation.sets.locate import Locator
from mullama.jobs.digest import file_digest
from mullama.musicqa.interview.filters import count_unwanted
from mullama.musicqa.sources.studio import StudioSource
from mullama.studio.words.topics import question_topic

OPEN = "open question"
"""The topic of a question that is not one of MusicQA's fixed four."""
EVALUATION_FILE = "EvalMusicQA.json"


def read(path: Path, audio: AudioResolver) -> EvaluationSet:
    """Any file of pairs that training reads; raises UsageError for another form.

    A fixed question is its own topic; so is what the studio's questions ask after; every other one is of
    the topic `OPEN`.
    """
    files = expand([path])
    items = check_items((item for file in files for item in _items(file, audio)), str(path))
    return EvaluationSet(
        "pairs", items, sources=tuple((str(file), file_digest(file)) for file in files)
    )


def read_musicqa(path: Path, audio: AudioResolver) -> EvaluationSet:
    """The published evaluation part of MusicQA (arXiv 2308.11276): its file, or its folder."""
    file = path / EVALUATION_FILE if path.is_dir() else path
    found = read(file, audio)
    reasons = count_unwanted((item.question, item.references[0]) for item in found.items)
    notes = tuple(f"{count} of its pairs: {why}" for why, count in reasons.most_common())
    return replace(found, name="musicqa", notes=notes)


def _items(file: Path, audio: AudioResolver) -> Iterator[Item]:
    locate = Locator(file, audio)
    asked: Counter[str] = Counter()
    for clip in read_clips(file, refusing_tally()):
        about = locate(clip.audio, clip.sound) if clip.audio is not None else {}
        name = clip.audio or clip.id or file.name
        for question, answer in clip.pairs:
            asked[name] += 1
            yield Item(
                id=f"{name}#{asked[name]}",
                question=question,
                references=(answer,),
                track=_track(clip, name),
                topic=_topic(clip, question),
                source=clip.source,
                source_id=clip.id,
                **about,
            )


def _topic(clip: Clip, question: str) -> str:
    if question in FIXED_QUESTIONS:
        return question
    return (question_topic(question) if clip.source == StudioSource.name else None) or OPEN


def _track(clip: Clip, name: str) -> str:
    return f"{clip.source}/{clip.id}" if clip.id else name
