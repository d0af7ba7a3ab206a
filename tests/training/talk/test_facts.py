"""What a model says it hears, as facts."""

from mullama.studio.truth import Truth
from mullama.training.talk.facts import heard


def test_words_become_facts() -> None:
    said = "The style is jazz. The tempo is about 120 BPM. The key is Eb minor. I hear piano and drums."
    found = heard(said, "The melody is played by a piano.")
    assert found == Truth(("piano", "drums"), "jazz", 120, None, "Eb minor", None, "piano")


def test_a_melody_on_what_is_not_there_is_not_clear() -> None:
    assert heard("I hear drums.", "The melody is played by a cello.").lead is None
