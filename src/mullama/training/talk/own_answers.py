"""What the language model itself says, told in words what was heard, becomes pairs about Listenings.

So it keeps its own English (self-distillation): asked for a film pitch it is taught its own pitch, with the
music in the place of the words. Requests that have nothing to do with music are answered as they would be
without any. What contradicts the facts is left out, and behind the last whole sentence nothing is kept.
"""

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from mullama.data.records import Pair
from mullama.jobs.digest import stable_digest
from mullama.jobs.log import JsonlLog
from mullama.jobs.records import RecordFormat
from mullama.jobs.run import run
from mullama.song import MuLlama
from mullama.studio.english.checks import contradictions
from mullama.studio.english.facts_as_text import facts_as_text
from mullama.studio.english.plain_requests import SONG_REQUESTS
from mullama.studio.english.world import world_request
from mullama.studio.truth import Truth
from mullama.training.talk.conversations import ListeningNames

LOG = "own-answers.jsonl"
BATCH = 64
MAX_NEW_TOKENS = 64
PLAIN_SHARE = 0.7
"""Of the requests, those that have nothing to do with music."""
TOLD = "{facts}\n\n{request} Answer in one or two sentences and keep to what is said above."
"""What the language model reads in the place of music."""
_END = re.compile(r"[.!?][\"')]*(?=\s|$)")
_NUMBER = re.compile(r"(?:^|\n)\s*\d+\.$")


@dataclass(frozen=True)
class Request:
    """One request to the language model, and the Listening that its answer will belong to."""

    place: int
    text: str
    read: str
    """What the language model reads."""

    @property
    def key(self) -> str:
        """Of its answer."""
        return stable_digest(asdict(self))[:16]


@dataclass(frozen=True)
class OwnAnswer:
    """What came of a request; an empty text where it is left out."""

    key: str
    text: str


LINES = RecordFormat[OwnAnswer](
    encode=asdict, decode=lambda values, _: OwnAnswer(**values), key=lambda record: record.key
)


def own_answers(
    speaker: Callable[[], MuLlama],
    truths: Sequence[Truth],
    names: ListeningNames,
    count: int,
    seed: int,
    folder: Path,
) -> list[Pair]:
    """Up to `count` pairs; answers that are made already are read from `folder`.

    `speaker` loads the language model where one is missing. Raises UsageError.
    """
    requests = list(_requests(truths, count, seed))
    log = JsonlLog[OwnAnswer](folder / LOG, LINES)

    def answered(some: Iterable[Request]) -> Iterator[OwnAnswer]:
        left, loaded, said = iter(some), cache(speaker), dict[str, str]()
        while batch := list(islice(left, BATCH)):  # itertools.batched is Python 3.12's
            # The likeliest answer to the same words is the same.
            new = list({request.read: None for request in batch if request.read not in said})
            said |= zip(new, _say(loaded(), new), strict=True) if new else ()
            for request in batch:
                text = said[request.read]
                fits = _fits(text, truths[request.place], request)
                yield OwnAnswer(request.key, text if fits else "")

    run(requests, answered, log, key=lambda one: one.key, total=len(requests), unit="answer")
    texts = {record.key: record.text for record in log.records()}
    pairs = (Pair(r.text, texts.get(r.key, ""), names.name(r.place)) for r in requests)
    return [pair for pair in pairs if pair.answer]


def _requests(truths: Sequence[Truth], count: int, seed: int) -> Iterator[Request]:
    sounding = [place for place, truth in enumerate(truths) if truth.instruments]
    rng = random.Random(seed)
    for _ in range(count):
        place = rng.choice(sounding)
        if rng.random() < PLAIN_SHARE:
            text = world_request(rng)
            yield Request(place, text, text)
        else:
            text = rng.choice(SONG_REQUESTS)
            facts = facts_as_text(truths[place])
            yield Request(place, text, TOLD.format(facts=facts, request=text))


def _say(speaker: MuLlama, questions: Sequence[str]) -> list[str]:
    nothing = [speaker.no_song()] * len(questions)
    answers = speaker.ask(
        nothing,
        list(questions),
        temperature=0.0,
        max_new_tokens=MAX_NEW_TOKENS,
        repetition_penalty=1.1,
    )
    return [whole_sentences(answer.text) for answer in answers]


def whole_sentences(text: str) -> str:
    """A text up to the last end of a sentence; a list's number alone is none."""
    parts = (text[: end.end()] for end in _END.finditer(text))
    whole = [part for part in parts if not _NUMBER.search(part)]
    return whole[-1].strip() if whole else ""


def _fits(text: str, truth: Truth, request: Request) -> bool:
    about_music = request.read != request.text
    return len(text.split()) > 1 and not (about_music and contradictions(text, truth))
