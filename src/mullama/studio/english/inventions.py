"""Creative requests about a piece, answered in kind: stories, verses, reviews, toasts, comparisons.

What is invented follows from the mood; what is said of the music follows from its truth.
"""

from dataclasses import dataclass

from mullama.studio.english.images import IMAGES
from mullama.studio.english.lore import MOOD_LORE
from mullama.studio.english.speaker import Speaker, be, the
from mullama.studio.instruments import DRUMS


@dataclass(frozen=True)
class Invention:
    """How people ask for something invented, and how it may turn out."""

    requests: tuple[str, ...]
    answers: tuple[str, ...]


INVENTIONS: dict[str, Invention] = {
    "story": Invention(
        (
            (
                "[Tell|Write|Invent|Make up] a [short |little |]story [that|which] [{it} could "
                "accompany|goes with {it}]."
            ),
            "[What|Which] story does {it} tell? [Invent one|Make one up].",
            "[Turn|Make] {it} into a [tiny |short |]fairy tale.",
        ),
        (
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
    ),
    "scene": Invention(
        (
            (
                "[Write|Describe|Imagine] the [opening|last|first] scene of a [film|movie|play] "
                "with {it} [as its music|in it]."
            ),
            (
                "[Imagine|Describe] a [theatre stage|stage] on which {it} is [played|heard]. "
                "What happens?"
            ),
            "Write a [voice-over|trailer text] to go with {it}.",
        ),
        (
            "[The camera|The picture] opens on {landscape}. {Person} {deed}, and {one_is} heard.",
            "The curtain rises: {landscape}, under {sky}. {Person} enters and {deed}.",
            "One night, one chance. {Person} {deed}. {Ending}.",
        ),
    ),
    "verse": Invention(
        (
            (
                "[Write|Make up|Give me] [two|a couple of] [rhyming lines|lines that rhyme] "
                "[about|for] {it}."
            ),
            "[Write|Compose] a [short |four-line |]poem [about|that matches|for] {it}.",
            "[Write|Make up] [song lyrics|lyrics] of [two|a few] lines that would fit {it}.",
        ),
        ("{rhyme_one}\n{rhyme_two}", "{rhyme_one} {rhyme_two}"),
    ),
    "review": Invention(
        (
            (
                "[Write|Give me] a [funny |one-sentence |short |]review of {it} [for a "
                "newspaper|for a magazine|]."
            ),
            "What would a [grumpy|kind|famous] critic [say|write] about {it}?",
        ),
        (
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
    ),
    "slogan": Invention(
        (
            "[Write|Invent] an advertisement that uses {it}.",
            "[Which|What] product could be sold with {it}? [Write the slogan.|]",
            "[Think of|Invent|Write] a [motto|slogan] that {it} could stand for.",
        ),
        (
            '"{Feeling}, in [every drop|a cup]": it would sell {drink}.',
            "It would sell {drink}. [The slogan|My slogan]: {title}, and the day is yours.",
            '"Be [like |]{animal}." [That is the motto.|That could be its motto.]',
        ),
    ),
    "animal": Invention(
        (
            "[Describe|Imagine] {it} as [if it were |]an animal.",
            "If {it} were an animal, [which one would it be|what would it be][|, and why]?",
            "[Which|What] animal [is|does] {it} [like|remind you of]?",
        ),
        (
            "It would be {animal}[|, because it is so {mood}].",
            "{Animal}: [that is how {mood} it sounds|just as {mood}].",
            "[I think of|I see] {animal}[|, somewhere near {landscape}].",
        ),
    ),
    "drink": Invention(
        (
            "If {it} were a drink, what would it [be|taste like]?",
            "[Which|What] drink [goes|would you serve] with {it}?",
        ),
        (
            "It would be {drink}[|, as {mood} as it sounds].",
            "[Like |It would taste like ]{drink}[|, taken at {hour}].",
            "I would serve {drink} with it[|, as it is {phrase}].",
        ),
    ),
    "hour": Invention(
        (
            "If {it} were a [time of day|moment], which [one |]would it be?",
            "If {it} were a day, which day would it be?",
        ),
        (
            "It would be {hour}[|, under {sky}].",
            "{Hour}, I [think|would say]: it is that {mood}.",
        ),
    ),
    "landscape": Invention(
        (
            (
                "[Describe|Imagine|Paint] a [landscape|painting|picture] that [matches "
                "{it}|looks like {it}|looks the way {it} sounds]."
            ),
            "[What|Which] landscape do you see [when you hear {it}|before you]?",
            "If {it} were a [journey|walk], where would it [go|lead]?",
        ),
        (
            "I see {landscape} under {sky}, all in {colour}.",
            "It [leads|goes] to {landscape}; [there |] {person} {deed}.",
            "{Landscape}, painted in {colour}, with {person} who {deed}.",
        ),
    ),
    "character": Invention(
        (
            (
                "[Describe|Invent|Imagine] [the hero|the main character|a character] of a "
                "[film|novel|story] with {it}."
            ),
            (
                "[Imagine|Describe] somebody who [whistles|hums] {it} [every morning|on the way "
                "to work]."
            ),
            "[Imagine|Describe] one of the musicians [who play {it}|].",
        ),
        (
            "{Person}, who {deed} [every day|whenever nobody looks] and loves {drink}.",
            "[I imagine|I picture] {person} with {animal} for company, under {sky}.",
            "The hero is {person}. In the film, this hero {deed}. {Ending}.",
        ),
    ),
    "dream": Invention(
        (
            "[Describe|Invent|Tell me] a dream in which {it} is [heard|played].",
            "[Describe|Imagine] a [level of a video game|game level|video game] with {it}.",
        ),
        (
            (
                "You stand before {landscape}. {Animal} looks at you, and somewhere you hear "
                "{the_one}. {Ending}."
            ),
            "[There is|I see] {landscape} under {sky}, and {animal} leads the way.",
        ),
    ),
    "dialogue": Invention(
        (
            (
                "[Make up|Write] a [short |]dialogue between two [of the "
                "instruments|listeners|people who hear {it}]."
            ),
            "What might two people who hear {it} [be saying|say to each other]?",
        ),
        (
            '"Do you hear {the_one}?" - "Yes. It [makes me think of|reminds me of] {landscape}."',
            '"How {mood} it is!" - "Like {animal}," says the other.',
        ),
    ),
    "message": Invention(
        (
            "[Write|Send] a [message|text|note] to a friend who has to hear {it}.",
            "Write a [tweet|post] about {it}.",
        ),
        (
            "You have to hear this: {phrase} with {list}. It [feels|is] like {hour}.",
            "[Listening to|Just found] {phrase}. [Mood|Feeling]: {animal}, {drink}, {hour}.",
        ),
    ),
    "letter": Invention(
        (
            "Write a [thank-you note|letter|fan letter] to the [band|players|musicians].",
            "[Write|Make up] a [love letter|diary entry] [to go with|for] {it}.",
        ),
        (
            "Thank you for {the_one}! It brought me {feeling}.",
            (
                "Dear friend, [today|this morning] I heard {the_one} and thought of {landscape}. "
                "{Ending}."
            ),
        ),
    ),
    "toast": Invention(
        (
            "[Make up|Propose|Write] a toast to the [players|musicians].",
            "[Introduce|Announce] {it} to a [festival crowd|wedding party].",
        ),
        (
            "[Raise your glasses|Here is] to {the_one}, [and |]to {feeling}, and to {hour}!",
            (
                "[Friends|Dear guests], [lift|take] a glass of {drink}: to the people who play "
                "{the_one}!"
            ),
        ),
    ),
    "headline": Invention(
        (
            "[Make up|Write] a [newspaper |]headline about {it}.",
            "[Write|Invent] the front page line about [this concert|{it}].",
        ),
        (
            '"{Animal} in town: {phrase} brings {feeling}."',
            "Concert ends at {hour}: {phrase} leaves {feeling}.",
        ),
    ),
    "riddle": Invention(
        (
            "[Make up|Write|Ask me] a riddle about {it}.",
            "[Turn|Make] {it} into a riddle.",
        ),
        (
            (
                "I am {mood} and have no mouth, yet [everyone|everybody] hears me. [What am "
                "I?|Who am I?] {Phrase}."
            ),
            (
                "[I bring|Who brings] {feeling} without a word[, and people call me music|]. "
                "[What am I?|] {Phrase}."
            ),
        ),
    ),
    "nickname": Invention(
        ("[Give|Find] {it} a nickname [and say why|].",),
        (
            '"{title}", because it brings {feeling}.',
            '"{Animal}", as it is so {mood}.',
        ),
    ),
    "stranger": Invention(
        (
            (
                "[Explain|Describe] {it} to [a visitor from another planet|a robot|someone from "
                "the moon]."
            ),
        ),
        (
            (
                "[Imagine|Think of] {animal} under {sky}: that is how {the_one} makes people "
                "feel here."
            ),
            (
                "[On Earth,|Here,] people make {feeling} out of air, with {articled}. They call "
                "it music."
            ),
        ),
    ),
}
"""Kind -> requests and answers; {it} is the piece, the other blanks come from mood and truth."""


def invention(speaker: Speaker) -> tuple[str, str, str]:
    """A kind, a request pattern and an answer; needs a mood and an instrument."""
    kind = speaker.rng.choice(list(INVENTIONS))
    made = INVENTIONS[kind]
    return kind, speaker.rng.choice(made.requests), speaker.say(made.answers, **_blanks(speaker))


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
