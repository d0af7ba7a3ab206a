"""Creative requests about a piece, answered in kind by one sentence for each mood: what a small model can say.

The first picture of a mood stands for all that `inventions.py` would choose from.
"""

from mullama.studio.english.images import IMAGES
from mullama.studio.english.inventions import INVENTIONS
from mullama.studio.english.lore import MOOD_LORE
from mullama.studio.english.open_questions import OPEN_QUESTIONS
from mullama.studio.english.patterns import tidy
from mullama.studio.english.speaker import Speaker

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
REQUESTS: dict[str, tuple[str, ...]] = {
    "colour": (
        (
            "[What|Which] colour [do you see|comes to mind|is in your mind|do you think of] [when "
            "you hear|with] {it}?"
        ),
        "[Dye {it}|Colour {it}|Paint {it} in one colour][| for me].",
        "[What|Which] paint [fits|goes with|should I use for] {it}?",
        (
            "[Is {it}|Would {it} be] [red|blue|green|yellow|grey|black] [or|or rather] [white|pink|"
            "brown|purple]?"
        ),
        "[The|A] colour [of|for] {it}?",
    ),
    "drink": (
        "[What|Which] [food|meal|cake|flavour|taste] [goes with|is like|reminds you of] {it}?",
        "[How|Like what] [does|would] {it} taste?",
        "[What|Which] [soup|dessert|dinner|snack|spice] [is it|would you cook for it|is it like]?",
        "[Serve|Cook|Bake] [me|us] something [like|that goes with] {it}.",
    ),
    "weather": (
        "[Is it|Would it be] [sunny|rainy|stormy|cloudy|foggy] in {it}?",
        "[What|Which] [sky|climate] [goes with|belongs to|do you see with|has] {it}?",
        "[The|A] [forecast|sky] [for|to go with] {it}[|, please].",
    ),
    "title": (
        "[Baptise|Christen|Title] {it}.",
        "[Baptise|Christen|Think of a name for] the [band|album|players|record].",
        (
            "[What|How] [could|should|would] [the band|the album|the record|the group|my radio show] "
            "be [called|named]?"
        ),
        (
            "[A|Any|Another] [good|funny|fitting|catchy|] [title|name] for [{it}|the players|the "
            "album|the group]?"
        ),
        (
            "[Think up|Make up|I need|Find me] a [name|title|pseudonym] for [{it}|the group|its "
            "players|the record]."
        ),
    ),
    "story": (
        "[Make|Write|Invent] a [film|movie|tale|plot|novel|legend|series] [for|out of|around|from] {it}.",
        "[What|Which] [plot|tale|adventure] [is behind|fits|could go with] {it}?",
        "[Once upon a time|Someone wakes up|The curtain opens] and {it} plays[: go on|. What happens|...]?",
    ),
    "verse": (
        "[Rhyme|Poetry|A poem|Some verses|A rhyme], please[|, about {it}|, for {it}].",
        "[Put|Turn] {it} into [verse|rhyme|poetry|lines that rhyme|a poem].",
    ),
    "slogan": (
        "[Sell|Advertise|Promote] {it} [|with a line|to me|in a sentence].",
        (
            "[A|Any] [jingle|catchphrase|motto|claim|advert] for [{it}|a brand|the show|the station] "
            "[with it|]?"
        ),
    ),
    "landscape": (
        (
            "[Draw {it}|Sketch {it}|Photograph {it}|Paint the sleeve of the record|Draw me the front "
            "of the album]."
        ),
        "[What|Which] [picture|photo|drawing|image] [is|belongs|would be] on the [sleeve|poster|front]?",
        "[Close your eyes|Dream a little|Imagine it]: what [do you see|is there|view is it]?",
    ),
    "letter": (
        (
            "[Send|Write] [me|us|him] a [card|letter|greeting|note] from [there|that world|the "
            "concert|the world of {it}]."
        ),
    ),
}
"""Kind of request -> how else people ask for it."""


def request_in_kind(speaker: Speaker) -> tuple[str, str]:
    """The pattern of a creative request, and the answer; needs a mood that has pictures."""
    kind = speaker.rng.choice(list(ANSWERS))
    plain = INVENTIONS[kind].requests if kind in INVENTIONS else ()
    pattern = speaker.rng.choice([*plain, *OPEN_QUESTIONS.get(kind, ()), *REQUESTS.get(kind, ())])
    return pattern, answer_in_kind(kind, str(speaker.truth.mood))


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
