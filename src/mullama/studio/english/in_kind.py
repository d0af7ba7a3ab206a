"""Creative requests about a piece, answered in kind by one sentence for each mood: what a small model can say.

The first picture of a mood stands for all that `inventions.py` would choose from.
"""

from collections.abc import Sequence

from mullama.studio.english.images import IMAGES
from mullama.studio.english.lore import MOOD_LORE
from mullama.studio.english.patterns import tidy
from mullama.studio.english.speaker import Speaker
from mullama.studio.english.wordings import patterns_for

STORY = "Under {sky}, {person} {deed}. {ending}."
PICTURE = "I see {landscape} under {sky}."
TITLE = 'I would call it "{title}".'
GREETINGS = "Greetings from {landscape}: here, {person} {deed}."
SLOGAN = 'Be like {animal}: "{title}".'
ANSWERS: dict[str, str] = {
    "title": TITLE,
    "nickname": TITLE,
    "headline": TITLE,
    "story": STORY,
    "scene": STORY,
    "character": STORY,
    "verse": "{first} {second}",
    "slogan": SLOGAN,
    "toast": SLOGAN,
    "animal": "It would be {animal}.",
    "drink": "It would taste like {drink}.",
    "colour": "It would be {colour}, for it sounds {mood}.",
    "hour": "It would be {hour}.",
    "landscape": PICTURE,
    "dream": PICTURE,
    "weather": "There would be {sky}.",
    "letter": GREETINGS,
    "message": GREETINGS,
    "review": "It brings {feeling}.",
    "dialogue": '"How {mood} it is!" "Like {animal}."',
    "riddle": "I am {mood} and have no mouth, yet everybody hears me. What am I?",
    "stranger": "Imagine {animal} under {sky}: that is how it makes people feel here.",
}
"""Kind of request -> what is answered."""


def request_in_kind(speaker: Speaker) -> tuple[Sequence[str], str]:
    """The patterns of a creative request, and the answer; needs a mood that has pictures."""
    kind = speaker.rng.choice(list(ANSWERS))
    return patterns_for(kind, "made_up"), answer_in_kind(kind, str(speaker.truth.mood))


def answer_in_kind(kind: str, mood: str) -> str:
    """What is said to a kind of request about music of a mood."""
    images = IMAGES[mood]
    first, second = images.rhymes[0]
    return tidy(
        ANSWERS[kind].format(
            mood=mood,
            title=MOOD_LORE[mood].titles[0],
            colour=images.colours[0],
            animal=images.animals[0],
            drink=images.drinks[0],
            sky=images.skies[0],
            landscape=images.landscapes[0],
            hour=images.hours[0],
            person=images.people[0],
            deed=images.deeds[0],
            ending=images.endings[0],
            feeling=MOOD_LORE[mood].feelings[0],
            first=first,
            second=second,
        )
    )
