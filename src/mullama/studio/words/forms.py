"""How `describe` puts a value into an answer: the forms in which a model that learnt its words says a choice.

See `mullama.answer.forms`. Does not know how sure a model is.
"""

FORMS: dict[str, tuple[str, ...]] = {
    "tempo": ("The tempo is about {choice} BPM.",),
    "key": ("The key is {choice}.",),
    "metre": ("The time signature is {choice}.",),
    "style": ("The style is {choice}.",),
    "mood": ("The mood is {choice}.",),
    "lead": (
        "The melody is played by a {choice}.",
        "The melody is played by an {choice}.",
        "The melody is sung by a {choice}.",
        "The melody is played by {choice}.",
    ),
    "presence": ("{Choice}, there is ...",),
    "drums": ("{Choice}, there are ...",),
    "check": ("{Choice}, the ...",),
    "silence": ("{Choice}, I hear no music.",),
}
"""What an answer speaks of -> its forms, of which those of "lead" are for vowels, for singers and for a choice
that comes with its article."""
TOPIC = {form: topic for topic, forms in FORMS.items() for form in forms}
"""Form -> what it speaks of."""
