"""Plain English that has nothing to do with music, and how likely a model finds it when no song is given.

Learning to talk about music should leave the rest of a language model as it was. The passages were written
for this; they stand in no training data.
"""

import math

from mullama.given_answers import whole
from mullama.song import MuLlama

PASSAGES = (
    (
        "The ferry was late again. Two lorries waited on the quay with their engines off, and a man "
        "in a green coat fed crisps to the gulls although a sign asked him not to. When the boat "
        "finally came round the headland, everyone stood up at once, as if that would bring it in "
        "faster. The captain took his time. He had seen the queue, and he had seen the tide."
    ),
    (
        "To repair a bicycle tyre, first take the wheel off and pull one side of the tyre over the "
        "rim. Pump some air into the tube and hold it under water: bubbles show where the hole is. "
        "Dry the place, roughen it with sandpaper, and spread a thin layer of glue on it. Wait until "
        "the glue is no longer wet before you press the patch on. Check the inside of the tyre for "
        "thorns, or you will be doing all of this again tomorrow."
    ),
    (
        "Dear Mrs Harlow, thank you for your letter of the ninth. We are sorry to hear that the lamp "
        "arrived with a broken switch. A new one is on its way and should be with you by Thursday. "
        "There is no need to send the old one back. If the electrician charges you for fitting it, "
        "please let us have a copy of the bill. Yours sincerely, the customer service."
    ),
    (
        "Glaciers move. The ice at the bottom is under so much pressure that it bends like very stiff"
        " dough, and in places it slides on a thin film of water. Most of them advance less than a "
        "metre a day, but now and then one of them surges and covers the same distance in minutes. "
        "What they carry with them, from fine dust to boulders as large as houses, is left in long "
        "ridges when they melt."
    ),
    (
        '"You said you would phone," said Alma. "I said I would try," he answered, and put the bread '
        'on the table. "That is not the same." She looked at him for a while, then she laughed, '
        'because the bread was upside down and still in its bag. "Sit down," she said. "There is '
        'soup. You can tell me the rest when you have eaten."'
    ),
    (
        "The council voted on Tuesday to keep the swimming pool in Mill Lane open for another two "
        "years. Nine members were in favour and six against. The roof, which has leaked since last "
        "winter, will be repaired in the summer holidays at a cost of about eighty thousand pounds. A"
        " spokeswoman said that entrance fees would not rise before January, and that schools would "
        "go on paying nothing."
    ),
    (
        "A hash table stores each value in a slot that is computed from its key. As long as the slots"
        " are not too full, looking something up takes the same time for ten entries as for ten "
        "million. When two keys fall into the same slot, the table must keep both, for instance in a "
        "short list. If that happens too often, it makes itself larger and moves everything to new "
        "places."
    ),
    (
        "Cut the pumpkin into pieces and put them into the oven with a little oil until they are "
        "soft. Meanwhile fry the onions slowly, add the stock, and let it simmer for ten minutes. Put"
        " everything into a blender with a spoon of cream, some nutmeg and plenty of pepper. It "
        "should be thick enough for the spoon to stand up for a moment before it falls over. Serve it"
        " with dark bread."
    ),
)
"""Stories, instructions, letters, news: a little of everything."""


def perplexity(mu: MuLlama) -> float:
    """Of the passages, where no song is given: exp of the mean negative log-likelihood of a token."""
    nothing = [mu.no_song()] * len(PASSAGES)
    total = sum(mu.loglikelihoods(nothing, [""] * len(PASSAGES), list(PASSAGES)))
    prompt = len(mu.tokens(""))
    count = sum(len(whole(mu, "", passage)) - prompt for passage in PASSAGES)
    return math.exp(-total / count)
