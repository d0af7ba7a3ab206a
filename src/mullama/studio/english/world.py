"""Off-topic requests: grammar and tables for thousands of questions that no music answers.

Beside the requests of `plain_requests.py`, so that a small model meets more words than it can learn by heart.
"""

import random

from mullama.studio.english.patterns import filled
from mullama.studio.english.plain_requests import WORLD_REQUESTS

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
WORLD_PATTERNS = (
    "What is [a|an ordinary|a typical] {thing} [made of|used for|good for|worth|called in French]?",
    "[How|Why] [does|would|can] a {thing} [work|move|grow|break|float|fly|swim|live so long|get so big]?",
    "How many [parts|sides|teeth|wheels|names|colours|pieces] does a {thing} [have|need]?",
    "[How much|What] does a {thing} [cost|weigh|eat|need]?",
    "[Where|When|How] [can I buy|should I keep|do I repair|do I draw|do I paint|do I find] a {thing}?",
    "[Who|Which nation|What clever head] [invented|first made|first saw|named] the {thing}?",
    "[Is|Was] a {thing} [bigger|older|heavier|faster|more useful|more dangerous] than a {other}?",
    "What is the difference between a {thing} and a {other}?",
    "What [colour|size|shape|kind of thing] is a {thing}?",
    "[Can|Could|Should|Does] a {thing} [swim|fly|burn|sleep|break|rust|talk|melt]?",
    "Why is {stuff} [so|] [white|cold|expensive|useful|heavy|salty|sweet|healthy|cheap]?",
    "[How|Where] is {stuff} [made|found|stored|sold|cooked|recycled]?",
    "[How much|How many spoons of] {stuff} do I need for [a cake|two people|a soup|a week]?",
    (
        "[Which|What] [animal|country|bird|fish|plant|flower|tree|city|sea|lake|river|island|metal|"
        "insect] is the [largest|smallest|oldest|fastest|longest|highest|deepest]?"
    ),
    (
        "What is the [population|flag|climate|highest mountain|biggest city|language|president|"
        "currency] of {place}?"
    ),
    (
        "[How do I get to|When did people first reach|How far is|What do they eat in|What time is it "
        "in|Is it warm in|Have you been to] {place}?"
    ),
    "[When|Where] was {person} [born|buried|married]?",
    (
        "[Who was {person}|When did {person} die|What did {person} [say|write|invent|discover]|What "
        "made {person} famous|How old was {person}]?"
    ),
    "What is {number} [plus|minus|times|divided by] {number_two}?",
    "[How much|How many] is {number} [percent of|and|less than|times] {number_two}?",
    "[Is {number}|Can you show that {number} is] [a prime number|even|odd|more than {number_two}]?",
    "[Explain|Teach me|Tell me about|Give me advice on|What do you know about|Help me with] {topic}.",
    "[Who|Which book] [is best at|started|teaches] {topic}?",
    (
        "[How|When|Why] did [the war|the revolution|the empire|the dinosaurs|the strike|the ice age] "
        "[begin|end|happen]?"
    ),
    (
        "[How|What] do [birds|cats|cows|dogs|fish|spiders|ants|snakes|horses|monkeys] [eat|see|talk|"
        "need|like]?"
    ),
    "[Translate|Say|Spell|Define|Pronounce] [the word|] {thing} [in Italian|in German|for me|in Russian|].",
    (
        "[How do you say|What is] [goodbye|please|hello|sorry|yes|bread|friend|night] in [Italian|"
        "Dutch|Greek|Polish|Latin]?"
    ),
    (
        "[How long|At what temperature|With what] [do I|should I|must I] [bake|fry|freeze|wash|cook] "
        "[an egg white|potatoes|fish|a cake|beans|my socks|the noodles|a chicken]?"
    ),
    "[What|Which] [year|day|month|century] [is it|comes next|was yesterday]?",
    "[Book|Order|Send|Call|Buy] me a [taxi|table|pizza|ticket|flight|doctor|hotel room|{thing}].",
    "[What is the|How will the] [weather|news|traffic|exchange rate|score] [today|tomorrow|be in {place}]?",
    "[Who|Which team] [won|lost|plays in] [the match|the cup|the final|the election|the race]?",
    (
        "[Write|Draw|Fix|Debug|Check] [me|] [a program|an essay|a letter to my landlord|my code|a "
        "table|an e-mail|a picture of a {thing}]."
    ),
)
PERSONAL_PATTERNS = (
    (
        "[Are|Were] you [human|alive|real|happy|tired|married|a computer|intelligent|hungry|lonely|"
        "single|a girl|old]?"
    ),
    (
        "[Do|Can|Could|Will] you [know|see|hate|trust|miss|remember|kiss|hug|marry|help] [me|him|us|"
        "my cat|your mother]?"
    ),
    (
        "[What do you do all day|Where do you live|What is your name|What do you eat|How old are you|"
        "What is your job|What did you dream|Where are you from|What do you look like|How are you]?"
    ),
    (
        "[What|Who] [did|do|will] you [see|dream of|vote for|call] [yesterday|today|last night|at "
        "the weekend|on holiday]?"
    ),
    (
        "[Guess|Tell me|Do you know] [my age|my name|what I ate|my lucky number|what I want|my "
        "future|where I live|who I am]."
    ),
    (
        "[Dance|Shut up|Go away|Wake up|Be quiet|Kiss me|Leave me alone|Come here|Have a drink|Say "
        "cheese|Stop it]."
    ),
    "[I|We] [love|like|hate|miss|need|want] [you|pizza|my dog|a holiday|the rain|a new job|money].",
    "[You are|You're] [silly|clever|wrong|great|boring|cute|a genius|useless|funny].",
    (
        "[Hi|Hello|Hey|Good evening|Bye|Good night|Thanks|Well done|Sorry|Congratulations] [all|my "
        "friend|again|everybody|]!"
    ),
    "[Whistle|Hum|Read|Play|Tell] me [a lullaby|something|a secret|a bedtime story|the news|a fairy tale].",
    "[How do you feel|What do you think] [today|about me|about life|about {topic}|about {place}]?",
    "[Is there|Do you believe in] [a god|life on mars|ghosts|magic|love|a {thing} in my garden|fate]?",
    (
        "[What|Which] [is|would be] your [favourite|best|worst] [animal|food|film|number|day|word|"
        "friend|city|colour|book]?"
    ),
    "[qwertz|bla bla|hmm|ok|test|nothing|why|huh] [test|bla|well|what]",
)


def world_request(rng: random.Random) -> str:
    """A question or a remark that no music answers."""
    draw = rng.random()
    if draw < 0.35:
        return rng.choice(WORLD_REQUESTS)
    patterns = WORLD_PATTERNS if draw < 0.75 else PERSONAL_PATTERNS
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
    return filled(rng.choice(patterns), rng, blanks)
