"""How far a model's own probabilities tell which of its answers about recordings are right.

Tempo and key are chosen from all that the model can say (`choices`), each with its probability. Answers
are then left out, the least probable first: risk against coverage (El-Yaniv and Wiener 2010). A
tempo is as probable as all tempos within four percent of it together. Does not know where recordings come from.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mullama.evaluation.small_model.recorded import QUESTIONS, Claim, is_near, known
from mullama.song import MuLlama, Song
from mullama.studio.recorded.labels import Excerpt
from mullama.studio.words.vocabularies import TEMPOS, VOCABULARIES

COVERAGES = (100, 90, 75, 50)
"""Percent of the answers that are kept."""


class Chosen(NamedTuple):
    """What is said about one excerpt, and how probable each part of it is."""

    claim: Claim
    tempo_probability: float
    key_probability: float


def choose_claims(mu: MuLlama, songs: Sequence[Song]) -> list[Chosen]:
    """Tempo and key of songs, by choices."""
    said = {
        topic: [
            answer.probabilities
            for answer in mu.ask(
                list(songs), [QUESTIONS[topic]] * len(songs), choices=[texts] * len(songs)
            )
        ]
        for topic, texts in (("tempo", TEMPOS), ("key", VOCABULARIES["key"]))
    }
    found = []
    for tempos, keys in zip(said["tempo"], said["key"], strict=True):
        tempo, tempo_probability = likeliest_tempo({int(t): p for t, p in tempos.items()})
        key = max(keys, key=keys.__getitem__)
        found.append(Chosen(Claim(float(tempo), key), tempo_probability, keys[key]))
    return found


def likeliest_tempo(probabilities: Mapping[int, float]) -> tuple[int, float]:
    """The tempo that has most around it, and the probability of all within four percent of it."""
    around = {
        tempo: sum(p for other, p in probabilities.items() if is_near(tempo, other))
        for tempo in probabilities
    }
    # Of neighbours with the same ones around them, the likeliest itself.
    best = max(around, key=lambda tempo: (round(around[tempo], 6), probabilities[tempo]))
    return best, around[best]


def right_of_the_surest(
    excerpts: Sequence[Excerpt], said: Sequence[Chosen]
) -> dict[str, dict[str, float]]:
    """Fact -> percent of the answers kept, as text -> percent of those right; only where the truth is known."""
    tempos, keys = [], []
    for one, chosen in zip(excerpts, said, strict=True):
        tempo, key = known(one)
        if tempo is not None:
            tempos.append((chosen.tempo_probability, is_near(tempo, chosen.claim.tempo)))
        if key is not None:
            keys.append((chosen.key_probability, chosen.claim.key == key))
    rows = {"tempo within 4 %": tempos, "key, exactly": keys}
    return {fact: _kept(some) for fact, some in rows.items() if some}


def _kept(rows: list[tuple[float, bool]]) -> dict[str, float]:
    surest = sorted(rows, key=lambda row: -row[0])
    found = {}
    for percent in COVERAGES:
        some = surest[: max(1, round(len(surest) * percent / 100))]
        found[str(percent)] = 100 * sum(right for _, right in some) / len(some)
    return found
