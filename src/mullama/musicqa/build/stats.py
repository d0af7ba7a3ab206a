"""A built data set -> statistics: how much of what it holds, part by part.

Counts the files as they are. Does not know how they are shown.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from mullama.data.files import read_pairs
from mullama.data.formats.published import FIXED_QUESTIONS, PARTS
from mullama.musicqa.build.manifest import read_manifest
from mullama.musicqa.build.plan import MANIFEST

TOPICS = {
    "tempo and rhythm": r"tempo|rhythm|beat|bpm|time signature|metre|meter|fast|slow",
    "key and harmony": r"\bkey\b|chord|harmon|scale|minor|major",
    "mood": r"mood|feel|emotion|atmosphere|vibe|evoke",
    "vocals": r"vocal|voice|sing|lyric|gender",
    "instruments": r"instrument|guitar|piano|drum|violin|bass|synth|play",
    "genre and style": r"genre|style|kind of music|type of music",
    "use and inference": r"infer|purpose|setting|occasion|suit|where|who|when|why|listen",
}
"""Topic -> what its questions speak of; the first that fits counts."""


@dataclass
class PartStats:
    """What is counted of one part."""

    clips: int = 0
    seconds: float = 0.0
    lengths: Counter[int] = field(default_factory=Counter)
    """Whole seconds -> clips."""
    without_audio: int = 0
    """Clips whose audio is absent."""
    damaged: int = 0
    """Clips of whose audio something was missing."""
    failed: Counter[str] = field(default_factory=Counter)
    """Why a clip is not in the part -> clips."""
    pairs: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    """Pairs of each collection, writer and licence below likewise."""
    writers: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    words: Counter[int] = field(default_factory=Counter)
    """Answer length in words -> answers."""


def topic_of(question: str) -> str:
    """What kind of question it is: fixed, one of `TOPICS`, or other."""
    if question in FIXED_QUESTIONS:
        return "fixed"
    lowered = question.lower()
    return next((name for name, words in TOPICS.items() if re.search(words, lowered)), "other")


def count(out: Path) -> dict[str, PartStats]:
    """The statistics of a finished set, part by part."""
    stats = {part: PartStats() for part in PARTS if (out / f"{part}.jsonl").is_file()}
    for entry in read_manifest(out / MANIFEST):
        part = stats[entry.part]
        if entry.failed:
            part.failed[entry.failed.split(":")[0]] += 1
            continue
        part.clips += 1
        part.damaged += entry.damaged
        if not entry.sha256:
            part.without_audio += 1
            continue
        part.seconds += entry.seconds
        part.lengths[round(entry.seconds)] += 1
    for name, part in stats.items():
        for pair in read_pairs(out / f"{name}.jsonl"):
            part.pairs += 1
            part.sources[pair.source or "unknown"] += 1
            part.writers[pair.writer or "unknown"] += 1
            part.licences[pair.licence or "unknown"] += 1
            part.topics[topic_of(pair.question)] += 1
            part.words[len(pair.answer.split())] += 1
    return stats


def quantile(counts: Counter[int], share: float) -> int:
    """The value below which this share of the counted values lies."""
    wanted = share * counts.total()
    for value in sorted(counts):
        wanted -= counts[value]
        if wanted <= 0:
            return value
    return 0
