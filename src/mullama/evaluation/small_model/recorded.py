"""What a model says about recordings, held against what tools agree on; the tools stand beside it.

Nobody has written down the truth of free recordings, so truth is where tools of different kinds agree.
A tool is held against the others alone. Tempo within four percent, by itself and with factors of two and
three (as MIREX does); keys exactly, and weighted (mir_eval.key). Does not know where recordings come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mullama.evaluation.small_model.scores import near_tempo
from mullama.song import MuLlama, Song
from mullama.studio.recorded.labels import Excerpt
from mullama.studio.recorded.teachers import KEY_FAMILIES, SAME_TEMPO, TEMPO_FAMILIES
from mullama.studio.words.parsing import parse_key, parse_tempo

QUESTIONS = {"tempo": "What is the tempo?", "key": "What key is it in?"}
FACTORS = (1.0, 2.0, 3.0, 0.5, 1 / 3)


@dataclass(frozen=True)
class Claim:
    """What is said about one excerpt; None where nothing is."""

    tempo: float | None
    key: str | None


def claims(mu: MuLlama, songs: Sequence[Song]) -> list[Claim]:
    """What the model answers about songs, asked plainly."""
    said = {
        topic: [answer.text for answer in mu.ask(list(songs), [text] * len(songs), temperature=0.0)]
        for topic, text in QUESTIONS.items()
    }
    return [
        Claim(None if (bpm := parse_tempo(tempo)) is None else float(bpm), parse_key(key))
        for tempo, key in zip(said["tempo"], said["key"], strict=True)
    ]


def tool_claims(excerpts: Sequence[Excerpt], tool: str) -> list[Claim]:
    """What one tool says."""
    return [Claim(one.readings.tempos.get(tool), one.readings.keys.get(tool)) for one in excerpts]


def known(excerpt: Excerpt, tool: str = "") -> tuple[float | None, str | None]:
    """The tempo and key that tools agree on; for a `tool`, what the others say."""
    return (
        excerpt.readings.tempo(without=TEMPO_FAMILIES.get(tool, "")),
        excerpt.readings.key(without=KEY_FAMILIES.get(tool, "")),
    )


def figures(excerpts: Sequence[Excerpt], said: Sequence[Claim], tool: str = "") -> dict[str, float]:
    """Percentages over the excerpts whose truth is known; the truth of a `tool` is what the others say.

    What is not said counts as wrong; how often that is stands beside it.
    """
    tempos, keys = [], []
    for one, claim in zip(excerpts, said, strict=True):
        tempo, key = known(one, tool)
        if tempo is not None:
            tempos.append((tempo, claim.tempo))
        if key is not None:
            keys.append((key, claim.key))
    found = {"excerpts with a tempo": float(len(tempos)), "excerpts with a key": float(len(keys))}
    if any(claim.tempo is not None for claim in said):
        found["tempo within 4 %"] = _share([is_near(a, b) for a, b in tempos])
        found["tempo, factors of 2 and 3 allowed"] = _share(
            [is_near(a, b, FACTORS) for a, b in tempos]
        )
        found["tempo not said"] = _share([b is None for _, b in tempos])
    if any(claim.key is not None for claim in said):
        found["key, exactly"] = _share([a == b for a, b in keys])
        found["key, weighted"] = _share([_weighted(a, b) for a, b in keys])
        found["key not said"] = _share([b is None for _, b in keys])
    return found


def table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Columns of figures -> a table in markdown."""
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    lines = ["| percent | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in rows:
        cells = (f"{c[row]:.0f}" if row in c else "" for c in columns.values())
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def is_near(true: float, said: float | None, factors: Sequence[float] = (1.0,)) -> bool:
    """Whether a tempo is within four percent of the true one, or of it by one of these factors."""
    return any(near_tempo(factor * true, said, SAME_TEMPO) for factor in factors)


def _weighted(true: str, said: str | None) -> float:
    import mir_eval

    return 0.0 if said is None else float(mir_eval.key.weighted_score(true, said))


def _share(right: Sequence[float]) -> float:
    return 100 * sum(right) / len(right) if right else 0.0
