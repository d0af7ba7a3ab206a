"""What was heard -> the caption record: fields, texts without what is not sure, other wordings, template.

Does not listen and asks nothing: other options of texts make other records of the same hearing.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.questions import READERS, read_value
from mullama.catalogue.record import CaptionRecord, Field
from mullama.catalogue.sound_answers import Said, SoundAnswers
from mullama.catalogue.wordings import plain_caption, wording
from mullama.jobs.digest import text_number

MIN_COVERAGE = 0.5
"""Of a field's values among all that the model might answer: with less it cannot tell."""
TRIES = 20
"""Draws for each wording that is wanted; where facts are few, there are no more different ones."""


@dataclass(frozen=True)
class Maker:
    """Who described, as records tell it."""

    model: str
    prompt: str
    version: str


def compose(path: str, heard: SoundAnswers, options: TextOptions, maker: Maker) -> CaptionRecord:
    """The record of a sound that could be heard; its texts are not rendered by a template yet."""
    answers = heard.answers
    fields = {
        name: _field(name, said) for name, said in answers.items() if name not in ("short", "long")
    }
    sure = {name: f.value for name, f in fields.items() if f.sure(options.min_confidence)}
    caption, long_caption = (_sure_text(answers[n], sure, options) for n in ("short", "long"))
    main = caption if options.length == "short" else long_caption
    return CaptionRecord(
        path=path,
        digest=heard.digest,
        seconds=heard.seconds,
        seconds_heard=heard.seconds_heard,
        text=with_trigger(options.trigger, main),
        caption=caption,
        long_caption=long_caption,
        variants=tuple(
            with_trigger(options.trigger, text)
            for text in _variants(sure, heard.digest, options, main)
        ),
        fields=fields,
        trigger=options.trigger,
        model=maker.model,
        prompt=maker.prompt,
        version=maker.version,
        min_confidence=options.min_confidence,
    )


def worded_as(record: CaptionRecord, texts: list[str]) -> CaptionRecord:
    """The record with the texts that a template made: the first for its text, then those of the variants."""
    text, *variants = texts
    different = dict.fromkeys(variant for variant in variants if variant != text)
    return replace(record, text=text, variants=tuple(different))


def with_trigger(trigger: str, text: str) -> str:
    """The text behind the word that training listens for."""
    return f"{trigger}, {text}" if trigger else text


def _field(name: str, said: Said) -> Field:
    """No value where the model would rather say something else than any."""
    if said.chosen is None or said.coverage is None:
        return Field(read_value(name, said.text), said.probability, said.text)
    if said.coverage < MIN_COVERAGE:
        return Field(None, said.probability, said.text)
    return Field(read_value(name, said.text), said.chosen, said.text, calibrated=True)


def _sure_text(said: Said, sure: Mapping[str, str | None], options: TextOptions) -> str:
    """The model's own words without sentences about what it is not sure of; the sure facts if none is left."""
    if not options.min_confidence:
        return said.text
    # Singers stand in captions as instruments do, by whose probability they go.
    unsure = [read for name, read in READERS.items() if name not in sure and name != "vocals"]
    sentences = re.split(r"(?<=[.!?])\s+", said.text.strip())
    kept = [one for one in sentences if one and not any(read(one) for read in unsure)]
    return " ".join(kept) or plain_caption(sure)


def _variants(
    sure: Mapping[str, str | None], digest: str, options: TextOptions, main: str
) -> list[str]:
    rng = random.Random(text_number(f"{options.seed}\0{digest}"))
    found: dict[str, None] = {}
    for _ in range(TRIES * options.variants):
        if len(found) == options.variants:
            break
        text = wording(sure, rng)
        if text and text != main:
            found[text] = None
    return list(found)
