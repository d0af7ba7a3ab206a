"""A truth as a short paragraph for the prompt of a model that reads and does not hear."""

from mullama.studio.english.checks import is_silent
from mullama.studio.english.speaker import pace_of
from mullama.studio.instruments import SINGERS
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
    if played := [name for name in truth.instruments if name not in SINGERS]:
        sentences.append(f"It is played by {listed([with_article(n) for n in played])}.")
    if not truth.drums and truth.instruments:
        sentences.append("There are no drums.")
    if truth.singers:
        sentences.append(f"There is {listed([with_article(n) for n in truth.singers])}.")
    elif truth.instruments:
        sentences.append("Nobody sings.")
    if truth.lead is not None:
        verb = "sung" if truth.lead in SINGERS else "played"
        sentences.append(f"The melody is {verb} by the {truth.lead}.")
    if truth.tempo_bpm is not None:
        sentences.append(
            f"The tempo is {truth.tempo_bpm} BPM, which is {pace_of(truth.tempo_bpm)}."
        )
    known = (
        (truth.metre, f"The time signature is {truth.metre}."),
        (truth.key, f"The key is {truth.key}."),
    )
    return " ".join([*sentences, *(sentence for value, sentence in known if value is not None)])
