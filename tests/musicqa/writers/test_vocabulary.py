"""Words of music are found whole, the longest first, and not where they are denied."""

from mullama.musicqa.writers.vocabulary import TOPICS, find_words


def test_words_are_sorted_by_what_they_tell() -> None:
    words = find_words("A Slow rock song: bass guitar, violin, bass guitar; a sad choir.")
    assert words == {
        "instruments": ["bass guitar", "violin"],
        "voices": ["choir"],
        "style": ["rock"],
        "mood": ["sad"],
        "tempo": ["slow"],
    }


def test_parts_of_other_words_are_not_found() -> None:
    assert not any(find_words("a German popular rockets bassline, harpist").values())


def test_what_is_denied_is_not_there() -> None:
    assert not any(find_words("no vocals, without drums, not sad").values())


def test_every_word_is_found_as_itself() -> None:
    for topic, words in TOPICS.items():
        for word in words:
            first = next(iter(filter(None, find_words(word).values())))
            assert first == [word], topic
