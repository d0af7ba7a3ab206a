"""A truth as a short paragraph for the prompt of a model that reads and does not hear."""

from mullama.studio.english.checks import is_silent
from mullama.studio.english.speaker import pace_of
from mullama.studio.truth import Truth
from mullama.studio.words.describe import listed, with_article


def facts_as_text(truth: Truth) -> str:
    """All that is known, in plain sentences; what is not known is left out."""
    if is_silent(truth):
        return "There is no music in the recording."
    kind = " ".join(word for word in (truth.mood, truth.style) if word)
    article = "an" if kind[:1] in tuple("aeiou") else "a"
    sentences = [
        f"The music is {article} {kind} piece."
        if kind
        else "The music is a piece without a clear style."
    ]
    if truth.instruments:
        sentences.append(f"It is played by {listed([with_article(n) for n in truth.instruments])}.")
    if not truth.drums and truth.instruments:
        sentences.append("There are no drums.")
    if "choir" not in truth.instruments:
        sentences.append("Nobody sings.")
    if truth.lead is not None:
        sentences.append(f"The melody is played by the {truth.lead}.")
    if truth.tempo_bpm is not None:
        sentences.append(
            f"The tempo is {truth.tempo_bpm} BPM, which is {pace_of(truth.tempo_bpm)}."
        )
    known = (
        (truth.metre, f"The time signature is {truth.metre}."),
        (truth.key, f"The key is {truth.key}."),
    )
    return " ".join([*sentences, *(sentence for value, sentence in known if value is not None)])
