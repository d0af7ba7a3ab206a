"""Creative requests about a piece, answered in kind: stories, verses, reviews, toasts, comparisons.

What is invented follows from the mood; what is said of the music follows from its truth.
"""

from mullama.studio.english.images import IMAGES
from mullama.studio.english.lore import MOOD_LORE
from mullama.studio.english.speaker import Speaker, be, the
from mullama.studio.instruments import DRUMS

INVENTIONS: dict[str, tuple[str, ...]] = {
    "story": (
        (
            "Under {sky}, {person} {deed}. [Far away, somebody plays {the_one}|It could be "
            "{hour}]. {Ending}."
        ),
        (
            "Once there was {person} who lived near {landscape}. One day[, under {sky},|] "
            "everything changed. {Ending}."
        ),
        "{Person} {deed}, [and nobody knows why|as if it were the last time]. {Ending}.",
    ),
    "scene": (
        "[The camera|The picture] opens on {landscape}. {Person} {deed}, and {one_is} heard.",
        "The curtain rises: {landscape}, under {sky}. {Person} enters and {deed}.",
        "One night, one chance. {Person} {deed}. {Ending}.",
    ),
    "verse": ("{rhyme_one}\n{rhyme_two}", "{rhyme_one} {rhyme_two}"),
    "review": (
        (
            "{Phrase}, and [a convincing|an honest] one: {the_one} alone is worth [the "
            "ticket|the listen]."
        ),
        (
            "[The critic writes: it|It] [leaves|brings] {feeling}[; one star for|, thanks "
            "to] {the_one}."
        ),
        "[Seldom has|Rarely has] {phrase} brought out {feeling} like this.",
    ),
    "slogan": (
        '"{Feeling}, in [every drop|a cup]": it would sell {drink}.',
        "It would sell {drink}. [The slogan|My slogan]: {title}, and the day is yours.",
        '"Be [like |]{animal}." [That is the motto.|That could be its motto.]',
    ),
    "animal": (
        "It would be {animal}[|, because it is so {mood}].",
        "{Animal}: [that is how {mood} it sounds|just as {mood}].",
        "[I think of|I see] {animal}[|, somewhere near {landscape}].",
    ),
    "drink": (
        "It would be {drink}[|, as {mood} as it sounds].",
        "[Like |It would taste like ]{drink}[|, taken at {hour}].",
        "I would serve {drink} with it[|, as it is {phrase}].",
    ),
    "hour": (
        "It would be {hour}[|, under {sky}].",
        "{Hour}, I [think|would say]: it is that {mood}.",
    ),
    "landscape": (
        "I see {landscape} under {sky}, all in {colour}.",
        "It [leads|goes] to {landscape}; [there |] {person} {deed}.",
        "{Landscape}, painted in {colour}, with {person} who {deed}.",
    ),
    "character": (
        "{Person}, who {deed} [every day|whenever nobody looks] and loves {drink}.",
        "[I imagine|I picture] {person} with {animal} for company, under {sky}.",
        "The hero is {person}. In the film, this hero {deed}. {Ending}.",
    ),
    "dream": (
        (
            "You stand before {landscape}. {Animal} looks at you, and somewhere you hear "
            "{the_one}. {Ending}."
        ),
        "[There is|I see] {landscape} under {sky}, and {animal} leads the way.",
    ),
    "dialogue": (
        '"Do you hear {the_one}?" - "Yes. It [makes me think of|reminds me of] {landscape}."',
        '"How {mood} it is!" - "Like {animal}," says the other.',
    ),
    "message": (
        "You have to hear this: {phrase} with {list}. It [feels|is] like {hour}.",
        "[Listening to|Just found] {phrase}. [Mood|Feeling]: {animal}, {drink}, {hour}.",
    ),
    "letter": (
        "Thank you for {the_one}! It brought me {feeling}.",
        (
            "Dear friend, [today|this morning] I heard {the_one} and thought of {landscape}. "
            "{Ending}."
        ),
    ),
    "toast": (
        "[Raise your glasses|Here is] to {the_one}, [and |]to {feeling}, and to {hour}!",
        (
            "[Friends|Dear guests], [lift|take] a glass of {drink}: to the people who play "
            "{the_one}!"
        ),
    ),
    "headline": (
        '"{Animal} in town: {phrase} brings {feeling}."',
        "Concert ends at {hour}: {phrase} leaves {feeling}.",
    ),
    "riddle": (
        (
            "I am {mood} and have no mouth, yet [everyone|everybody] hears me. [What am "
            "I?|Who am I?] {Phrase}."
        ),
        (
            "[I bring|Who brings] {feeling} without a word[, and people call me music|]. "
            "[What am I?|] {Phrase}."
        ),
    ),
    "nickname": (
        '"{title}", because it brings {feeling}.',
        '"{Animal}", as it is so {mood}.',
    ),
    "stranger": (
        ("[Imagine|Think of] {animal} under {sky}: that is how {the_one} makes people feel here."),
        (
            "[On Earth,|Here,] people make {feeling} out of air, with {articled}. They call "
            "it music."
        ),
    ),
}
"""Kind -> how it may turn out; the blanks come from mood and truth."""


def invention(speaker: Speaker) -> tuple[str, str]:
    """A kind of request that may be made, and an answer; needs a mood and an instrument."""
    kind = speaker.rng.choice(list(INVENTIONS))
    return kind, speaker.say(INVENTIONS[kind], **_blanks(speaker))


def _blanks(speaker: Speaker) -> dict[str, str]:
    truth, rng = speaker.truth, speaker.rng
    mood = str(truth.mood)
    images, lore = IMAGES[mood], MOOD_LORE[mood]
    rhyme = rng.choice(images.rhymes)
    one = rng.choice([name for name in truth.instruments if name != DRUMS] or truth.instruments)
    blanks = {
        "mood": mood,
        "colour": rng.choice(images.colours),
        "animal": rng.choice(images.animals),
        "drink": rng.choice(images.drinks),
        "sky": rng.choice(images.skies),
        "landscape": rng.choice(images.landscapes),
        "hour": rng.choice(images.hours),
        "person": rng.choice(images.people),
        "deed": rng.choice(images.deeds),
        "ending": rng.choice(images.endings),
        "feeling": rng.choice(lore.feelings),
        "title": rng.choice(lore.titles),
        "phrase": speaker.phrase,
        "rhyme_one": rhyme[0],
        "rhyme_two": rhyme[1],
        "the_one": the(one),
        "one_is": f"{the(one)} {be(one)}",
        "list": speaker.either,
        "articled": speaker.articled,
    }
    return blanks | {name[0].upper() + name[1:]: v[0].upper() + v[1:] for name, v in blanks.items()}


def can_invent(speaker: Speaker) -> bool:
    """Whether enough is known to invent something that fits."""
    return speaker.truth.mood in IMAGES and bool(speaker.truth.instruments)
