"""Off-topic requests: grammar and tables for thousands of questions that no music answers.

Beside the requests of `plain_requests.py`, so that a small model meets more words than it can learn by heart.
"""

import random

from mullama.studio.english.patterns import filled
from mullama.studio.english.plain_requests import WORLD_REQUESTS
from mullama.studio.english.wordings import patterns_for

THINGS = (
    "apple", "anchor", "ant", "bicycle", "bridge", "butterfly", "cactus", "camel", "candle",
    "carpet", "castle", "cherry", "clock", "cloud", "coin", "compass", "computer", "crocodile",
    "desert", "diamond", "dolphin", "donkey", "door", "dragon", "eagle", "elephant", "engine",
    "feather", "fence", "ferry", "flag", "forest", "fountain", "fox", "frog", "giraffe", "glacier",
    "goat", "hammer", "hedgehog", "helicopter", "horse", "hospital", "island", "jellyfish",
    "kangaroo", "kettle", "key ring", "kite", "ladder", "lamp", "lemon", "lighthouse", "lion",
    "lizard", "magnet", "map", "mirror", "monkey", "mosquito", "mountain", "museum", "mushroom",
    "needle", "newspaper", "octopus", "onion", "orange", "oven", "owl", "panda", "parrot",
    "passport", "peach", "pencil", "pepper", "pigeon", "pillow", "pineapple", "pirate", "planet",
    "potato", "pumpkin", "pyramid", "rabbit", "refrigerator", "robin", "rocket", "salmon",
    "sandwich", "satellite", "scarf", "seal", "shark", "sheep", "shoe", "snail", "snake", "spoon",
    "squirrel", "stamp", "star", "stone", "submarine", "suitcase", "swan", "table", "telescope",
    "tent", "tiger", "toaster", "tomato", "tooth", "tractor", "train", "tree", "truck", "tunnel",
    "turtle", "umbrella", "vase", "village", "volcano", "wallet", "walrus", "wasp", "whale",
    "wheel", "window", "wolf", "worm", "zebra",
)  # fmt: skip
STUFFS = (
    "bread", "butter", "cheese", "chocolate", "coffee", "copper", "cotton", "flour", "glass",
    "gold", "ice", "iron", "juice", "leather", "milk", "money", "oil", "paper", "pasta", "plastic",
    "rain", "rice", "salt", "sand", "silver", "snow", "soap", "soup", "steel", "sugar", "tea",
    "vinegar", "water", "wine", "wood", "wool",
)  # fmt: skip
PLACES = (
    "Africa", "America", "Argentina", "Asia", "Athens", "Australia", "Austria", "Berlin", "Brazil",
    "Canada", "Chile", "China", "Cuba", "Denmark", "Egypt", "England", "Europe", "Finland",
    "Germany", "Greece", "Hungary", "Iceland", "India", "Ireland", "Italy", "Japan", "Kenya",
    "London", "Madrid", "Mexico", "Moscow", "Norway", "Oslo", "Peru", "Poland", "Portugal",
    "Russia", "Scotland", "Spain", "Sweden", "Tokyo", "Turkey", "Vienna", "Wales",
)  # fmt: skip
PEOPLE = (
    "Albert Einstein", "Anne Frank", "Charles Darwin", "Cleopatra", "Columbus", "Galileo", "Gandhi",
    "Isaac Newton", "Julius Caesar", "Marie Curie", "Napoleon", "Picasso", "Plato",
    "Queen Victoria", "Shakespeare", "Tolstoy", "the president", "the pope", "the first astronaut",
    "the tallest man",
)  # fmt: skip
TOPICS = (
    "chess", "history", "physics", "gardening", "football", "tennis", "politics", "cooking",
    "astronomy", "grammar", "mathematics", "the weather", "space travel", "economics", "philosophy",
    "my taxes", "the internet", "evolution", "religion", "medicine", "fishing", "architecture",
    "love", "sleep",
)  # fmt: skip
NUMBERS = (
    "two", "three", "four", "five", "six", "nine", "eleven", "12", "17", "25", "40", "64", "100",
    "250",
)  # fmt: skip


def world_request(rng: random.Random) -> str:
    """A question or a remark that no music answers."""
    draw = rng.random()
    if draw < 0.35:
        return rng.choice(WORLD_REQUESTS)
    kind = "world" if draw < 0.75 else "personal"
    blanks = {
        "thing": rng.choice(THINGS),
        "other": rng.choice(THINGS),
        "stuff": rng.choice(STUFFS),
        "place": rng.choice(PLACES),
        "person": rng.choice(PEOPLE),
        "topic": rng.choice(TOPICS),
        "number": rng.choice(NUMBERS),
        "number_two": rng.choice(NUMBERS),
    }
    return filled(rng.choice(patterns_for(kind, "elsewhere")), rng, blanks)
