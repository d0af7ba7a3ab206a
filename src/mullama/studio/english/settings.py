"""Why somebody asks: sentences around a question that change nothing about what is asked.

Who answers must find the question in them. Tables, and how they are put together.
"""

import random

from mullama.studio.english.patterns import filled

BEFORE = (
    "I'm a [teacher|student|dancer|nurse|taxi driver|radio host|beginner|singer|painter|cook].",
    (
        "[My|Our] [brother|sister|father|mother|neighbour|teacher|boss|daughter|son|wife|husband] "
        "[asks|wants to know|is asking me|would like to know this]."
    ),
    (
        "We are [in the car|on the train|at a party|at home|in the studio|on stage|having lunch] "
        "[right now|at the moment|]."
    ),
    (
        "[It's|This is] for [my homework|a quiz|an article|my blog|a school project|our band|a film|"
        "a list|my course]."
    ),
    (
        "I [found|got|bought|heard] this [on an old tape|from a friend|at a flea market|in a café|on "
        "the radio|last night|somewhere]."
    ),
    "I [play|am learning] the [guitar|piano|trumpet|violin|drums|flute] [myself|a little|badly|].",
    (
        "[Never mind the rest|Just one thing|A simple question|One question|Something else|Next "
        "question|Help me out]."
    ),
    "I [know nothing about music|have no ear for this|am new to this|cannot hear well|forgot my glasses].",
    "[Nice|Lovely|Strange|Interesting|Funny|Wow|Hm|Well|Okay|Right].",
    "[We|My friends and I] [can't agree|have a bet|were arguing|disagree].",
    (
        "I['m| am] [making a playlist|writing a review|cutting a video|sorting my files|practising "
        "at home|a collector]."
    ),
    "[Listen|Listen to this|Here is a song|I uploaded a file|Have a listen|Check this out].",
    "[Be honest|Think about it|Take your time|Listen closely|Don't guess].",
)
"""Sentences before a question."""
AFTER = (
    "[I can't tell|I can't make it out|I wonder|I have no idea|I'm not sure|I keep wondering].",
    "[It's for a friend|It's for a bet|It matters to me|It's important|I need it for tonight].",
    "[Take a guess|Just your opinion|If you can tell|If you know|As far as you can hear].",
    "[Sorry for asking|Thanks a lot|Cheers|Many thanks|You'd help me a lot].",
)
"""Sentences behind one."""
HEDGES = (
    "would you say", "do you think", "in your opinion", "roughly", "if I may ask", "by the way", "exactly",
    "by any chance", "then", "anyway", "all in all", "to your ears",
)  # fmt: skip
"""What may stand before a question mark."""


def in_setting(question: str, rng: random.Random) -> str:
    """A question as it stands in talk; two times of three there is nothing around it."""
    draw = rng.random()
    if draw > 0.36:
        return question
    if draw < 0.2:
        return f"{filled(rng.choice(BEFORE), rng, {})} {question}"
    if draw < 0.28 or not question.endswith("?"):
        return f"{question} {filled(rng.choice(AFTER), rng, {})}"
    return f"{question[:-1]}, {rng.choice(HEDGES)}?"
