"""What everyone knows of styles and moods: where such music is heard, who likes it, what it is good for.

Tables only. Every phrase holds for the style or the mood in general, so none of them names an
instrument, a tempo or a key.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class StyleLore:
    """What a style brings with it."""

    nouns: tuple[str, ...]
    """A piece in the style, without an article."""
    called: str
    """The style in "It is ..."."""
    places: tuple[str, ...]
    """Completes "You might hear it ..."."""
    scenes: tuple[str, ...]
    """Completes "It would suit ... in a film"."""
    listeners: tuple[str, ...]
    """Completes "It is for ..."."""
    dance: str
    """Completes "You could ..."."""
    titles: tuple[str, ...]
    """Invented ones."""
    kin: str
    """The style that is nearest to it."""


LORE: dict[str, StyleLore] = {
    "rock": StyleLore(
        ("rock track", "rock number", "rock piece"),
        "rock",
        ("in a sweaty club", "on a festival stage", "in a rehearsal garage", "on a rock station"),
        (
            "a drive down an open highway",
            "a gang of friends setting off",
            "the start of a big game",
        ),
        ("rock fans", "people who like a band playing flat out", "anyone with a leather jacket"),
        "jump up and down to it or just nod along",
        ("Open Highway", "Last Exit", "Louder Than Monday", "Garage Lights"),
        "blues",
    ),
    "metal": StyleLore(
        ("metal track", "metal number", "metal piece"),
        "metal",
        ("at a metal festival", "in a packed underground club", "on a late night metal show"),
        ("a battle", "a fight in the rain", "an army on the move", "a monster breaking loose"),
        ("metal fans", "people who like it heavy", "anyone who wants to let off steam"),
        "bang your head to it",
        ("Iron Tide", "Ashes and Anvils", "Black Furnace", "No Mercy Road"),
        "rock",
    ),
    "funk": StyleLore(
        ("funk track", "funk groove", "funk number"),
        "funk",
        ("at a block party", "in a small club with a full dance floor", "at a street festival"),
        ("a cool character walking down the street", "a heist going to plan", "a party scene"),
        ("funk lovers", "people who cannot sit still", "anyone who loves a good groove"),
        "let your hips follow the groove",
        ("Sidewalk Strut", "Grease and Glitter", "Hot Pavement", "Loose Change"),
        "disco",
    ),
    "disco": StyleLore(
        ("disco track", "disco number", "disco tune"),
        "disco",
        ("under a mirror ball", "at a roller rink", "on a crowded dance floor", "at a retro party"),
        ("a night out in the seventies", "a dance contest", "a makeover sequence"),
        ("disco fans", "people who love to dance", "party guests of all ages"),
        "take to the dance floor with it",
        ("Mirror Ball", "Saturday Glow", "Silver Shoes", "Turn the Lights Up"),
        "funk",
    ),
    "techno": StyleLore(
        ("techno track", "techno number", "piece of techno"),
        "techno",
        ("in a club at three in the morning", "at a rave", "in a warehouse", "in a DJ set"),
        ("a scene in a neon club", "a hacker at work", "a chase through a city at night"),
        ("clubbers", "ravers and DJs", "people who like electronic music"),
        "dance to it for hours",
        ("Concrete Pulse", "Strobe", "Night Shift", "Sub Level Four"),
        "disco",
    ),
    "hip hop": StyleLore(
        ("hip hop beat", "hip hop track", "hip hop instrumental"),
        "hip hop",
        ("on a street corner", "in a skate park", "from a passing car", "in a barber shop"),
        ("a walk through the neighbourhood", "a skateboarding montage", "a city waking up"),
        ("hip hop heads", "rappers who need a beat", "young people in the city"),
        "nod your head and bounce to it",
        ("Corner Store", "Block Talk", "Concrete Garden", "Low Ride"),
        "funk",
    ),
    "reggae": StyleLore(
        ("reggae track", "reggae tune", "reggae number"),
        "reggae",
        ("at a beach bar", "at an open-air festival", "on a porch in the sun"),
        ("an afternoon on an island", "friends lazing at the beach", "a boat trip"),
        ("reggae lovers", "beach people", "anyone who wants to unwind"),
        "sway from side to side to it",
        ("Easy Harbour", "Palm Shade", "Island Post", "Slow Tide Coming"),
        "funk",
    ),
    "jazz": StyleLore(
        ("jazz piece", "jazz number", "jazz tune"),
        "jazz",
        ("in a jazz club", "in a hotel bar", "in a cellar with small tables", "on a jazz station"),
        ("a scene in a night club", "a detective walking home", "a dinner in the big city"),
        ("jazz fans", "people who like to listen closely", "the guests of a small jazz club"),
        "snap your fingers or swing to it",
        ("Blue Corner Table", "Half Past Two", "Rain on Broadway", "The Long Way Home"),
        "blues",
    ),
    "bossa nova": StyleLore(
        ("bossa nova", "bossa nova tune", "bossa nova piece"),
        "bossa nova",
        ("in a beach café", "in a hotel lobby", "on a terrace at sunset", "in a cocktail bar"),
        ("a stroll along the beach", "a first date on a terrace", "a holiday by the sea"),
        ("lovers of Brazilian music", "café guests", "people with a soft spot for Rio"),
        "sway gently to it, close together",
        ("Terrace by the Sea", "Warm Sand", "Ipanema Postcard", "Two Glasses"),
        "jazz",
    ),
    "blues": StyleLore(
        ("blues", "blues tune", "blues number"),
        "blues",
        ("in a bar on a Friday night", "in a roadhouse", "at a blues festival"),
        ("a stranger walking into a bar", "a long train ride", "a man packing his bags"),
        ("blues fans", "people who have had a long day", "regulars at the bar"),
        "shuffle across the floor to it",
        ("Roadhouse Friday", "Empty Pocket", "Train at Midnight", "My Old Coat"),
        "rock",
    ),
    "ambient": StyleLore(
        ("ambient piece", "ambient track", "piece of ambient music"),
        "ambient music",
        ("in a museum", "in a planetarium", "through headphones late at night", "in a gallery"),
        ("a shot of space", "a view over a misty landscape", "a dream", "an underwater scene"),
        ("fans of ambient music", "people who like to drift off", "anyone who likes soundscapes"),
        "hardly dance to it; it is music to sit or lie down to",
        ("Fog Over Water", "Orbit", "Still Room", "Below the Ice"),
        "techno",
    ),
    "waltz": StyleLore(
        ("waltz",),
        "a waltz",
        ("in a ballroom", "at a New Year's concert", "at a dancing school", "in an old café"),
        ("a ball in a palace", "a couple turning under chandeliers", "a period drama"),
        ("ballroom dancers", "friends of old Vienna", "couples who dance"),
        "waltz to it, turning in threes",
        ("Chandelier", "The Last Ball", "Winter Palace", "Turning Leaves"),
        "folk",
    ),
    "baroque": StyleLore(
        ("baroque piece", "baroque dance", "piece of baroque music"),
        "baroque music",
        ("in a palace", "in an old church", "at a chamber concert", "on a classical station"),
        ("a scene at court", "a walk through a formal garden", "a costume drama"),
        ("lovers of early music", "concert goers", "people who like Bach and Vivaldi"),
        "step through a courtly dance to it",
        ("The Mirror Gallery", "Sarabande for Winter", "At Court", "The Clockmaker's Garden"),
        "waltz",
    ),
    "folk": StyleLore(
        ("folk tune", "folk piece", "folk number"),
        "folk",
        ("at a village fair", "around a campfire", "in a pub", "at a folk festival"),
        ("a journey through the hills", "a village feast", "an evening around the fire"),
        ("folk lovers", "people who like music made by hand", "hikers and campers"),
        "join hands and dance in a ring to it",
        ("Over the Hill", "The Miller's Lane", "Harvest Home", "Stone Bridge"),
        "waltz",
    ),
    "march": StyleLore(
        ("march",),
        "a march",
        ("at a parade", "on a village square", "at a military tattoo", "at a ceremony"),
        ("a parade", "soldiers leaving town", "the entry of the athletes", "a solemn ceremony"),
        ("friends of parades", "people who like marching bands", "veterans"),
        "march in step to it",
        ("Banner and Bugle", "Down the Avenue", "The Old Regiment", "Colours on Parade"),
        "waltz",
    ),
}


@dataclass(frozen=True)
class MoodLore:
    """What a mood brings with it."""

    feelings: tuple[str, ...]
    """Completes "It brings out ..."."""
    adjectives: tuple[str, ...]
    """Words that mean nearly the same."""
    effects: tuple[str, ...]
    """Completes "It makes you ..."."""
    activities: tuple[str, ...]
    """Completes "It is good for ..."."""
    scenes: tuple[str, ...]
    """Completes "It would suit ... in a film"."""
    listeners: tuple[str, ...]
    """Completes "It is for ..."."""
    places: tuple[str, ...]
    """Completes "You might hear it ..."."""
    titles: tuple[str, ...]
    """Invented ones."""


MOOD_LORE: dict[str, MoodLore] = {
    "aggressive": MoodLore(
        ("anger and power", "rage", "tension and raw force", "defiance"),
        ("fierce", "angry", "forceful"),
        ("want to clench your fists", "want to shout along", "feel the pressure rise"),
        ("lifting weights", "letting off steam", "a hard workout", "getting fired up"),
        ("a fight", "a riot", "a violent storm"),
        ("people who like it rough", "anyone who needs to let off steam"),
        ("at a loud concert", "in a gym full of weights"),
        ("Clenched", "Breaking Point"),
    ),
    "calm": MoodLore(
        ("peace", "quiet and stillness", "a sense of calm", "inner peace"),
        ("peaceful", "gentle", "quiet"),
        ("breathe more easily", "feel at peace", "want to close your eyes"),
        ("reading", "falling asleep", "meditating", "studying", "a quiet evening"),
        ("a sunrise over a lake", "a mother rocking her child", "a quiet farewell"),
        ("people who need a rest", "anyone who likes it quiet"),
        ("in a quiet room with candles", "in a waiting room"),
        ("Still Water", "First Light"),
    ),
    "dark": MoodLore(
        ("unease", "a sense of threat", "mystery and unease", "gloom"),
        ("gloomy", "ominous", "brooding"),
        ("look over your shoulder", "feel a little uneasy", "think of night and shadows"),
        ("a walk at night", "reading a thriller", "playing a spooky video game"),
        ("an empty house at night", "a villain's entrance", "a walk through a foggy forest"),
        ("people with a taste for the gloomy", "fans of thrillers"),
        ("in a haunted house", "in a dim cellar"),
        ("Under the Floorboards", "No Moon"),
    ),
    "energetic": MoodLore(
        ("energy and drive", "excitement", "a rush of energy", "the urge to move"),
        ("lively", "driving", "powerful"),
        ("want to get up and move", "feel wide awake", "tap your feet at once"),
        ("running", "working out", "cleaning the house", "getting going in the morning"),
        ("a chase", "a training montage", "a race"),
        ("people who like to move", "anyone who needs a push"),
        ("at a party", "in a gym", "at a sports event"),
        ("Full Throttle", "Wide Awake"),
    ),
    "happy": MoodLore(
        ("joy", "happiness", "good cheer", "joy and lightness"),
        ("cheerful", "joyful", "sunny"),
        ("smile", "feel lighter", "want to hum along"),
        ("cooking", "a party", "a drive on a sunny day", "tidying up"),
        ("a summer day with friends", "a happy ending", "children playing in a garden"),
        ("people in a good mood", "families", "anyone who needs cheering up"),
        ("at a birthday party", "at a summer fair", "on breakfast radio"),
        ("Sunny Side", "Good News"),
    ),
    "relaxed": MoodLore(
        ("ease", "a feeling of ease", "contentment", "a holiday feeling"),
        ("easygoing", "laid-back", "mellow"),
        ("lean back", "feel at ease", "forget the clock"),
        ("lounging on the sofa", "having friends over", "cooking", "an easy drive"),
        ("an afternoon in a hammock", "friends on a terrace", "an unhurried breakfast"),
        ("people who want to unwind", "anyone after a long day"),
        ("in a café", "on a terrace", "in a lounge"),
        ("Hammock", "No Hurry"),
    ),
    "sad": MoodLore(
        ("sadness", "melancholy", "longing and grief", "a sense of loss"),
        ("melancholy", "sorrowful", "wistful"),
        ("think of someone you miss", "feel a lump in your throat", "want to be alone for a bit"),
        ("looking out of the window on a rainy day", "writing a diary", "an evening alone"),
        ("a farewell at a station", "a funeral", "someone reading an old letter"),
        ("people with a broken heart", "anyone in a thoughtful mood"),
        ("in an empty café on a rainy day", "at a memorial"),
        ("Letters Unsent", "After You Left"),
    ),
    "triumphant": MoodLore(
        ("pride", "triumph and pride", "a sense of victory", "courage"),
        ("proud", "victorious", "heroic"),
        ("stand up straight", "feel proud", "feel that you have won"),
        ("a victory lap", "getting over the last mile", "celebrating a success"),
        ("a hero's return", "a medal ceremony", "a victory"),
        ("people who like it grand", "anyone with something to celebrate"),
        ("at an award ceremony", "in a stadium"),
        ("Crown of Morning", "We Made It"),
    ),
}


@dataclass(frozen=True)
class Occasion:
    """Something that music may fit or not."""

    name: str
    """Completes "fit for ..."."""
    good: frozenset[str]
    """Moods that fit."""
    bad: frozenset[str]
    """Moods that do not; with those in neither set it could go either way."""


def _occasion(name: str, good: str, bad: str) -> Occasion:
    return Occasion(name, frozenset(good.split()), frozenset(bad.split()))


OCCASIONS: tuple[Occasion, ...] = (
    _occasion("a wedding", "happy calm relaxed triumphant", "aggressive dark sad"),
    _occasion("a wedding dinner", "happy calm relaxed", "aggressive dark sad"),
    _occasion("a funeral", "sad", "happy aggressive energetic triumphant"),
    _occasion("a memorial service", "sad calm", "happy aggressive energetic"),
    _occasion("a birthday party", "happy energetic", "sad dark aggressive"),
    _occasion("a garden party", "happy relaxed", "sad dark aggressive"),
    _occasion("a dinner with friends", "relaxed calm happy", "aggressive dark"),
    _occasion("a romantic dinner", "calm relaxed", "aggressive dark energetic triumphant"),
    _occasion("studying", "calm relaxed", "aggressive energetic triumphant"),
    _occasion("doing homework", "calm relaxed", "aggressive energetic"),
    _occasion("working at a desk", "calm relaxed", "aggressive"),
    _occasion("sleeping", "calm", "aggressive energetic happy triumphant dark"),
    _occasion("a nap", "calm relaxed", "aggressive energetic triumphant"),
    _occasion("running", "energetic aggressive", "calm sad relaxed"),
    _occasion("a workout", "energetic aggressive", "calm sad relaxed"),
    _occasion("lifting weights", "energetic aggressive", "calm sad relaxed"),
    _occasion("a yoga class", "calm relaxed", "aggressive energetic triumphant"),
    _occasion("meditation", "calm", "aggressive energetic happy triumphant"),
    _occasion("a road trip", "energetic happy relaxed", "sad"),
    _occasion("cleaning the flat", "energetic happy", "sad calm"),
    _occasion("cooking dinner", "happy relaxed energetic", "aggressive dark"),
    _occasion("a children's party", "happy", "aggressive dark sad"),
    _occasion("a horror film", "dark", "happy relaxed"),
    _occasion("a love scene", "calm relaxed", "aggressive dark energetic triumphant"),
    _occasion("a car chase", "energetic aggressive", "calm relaxed sad"),
    _occasion("a fight scene", "aggressive energetic", "calm relaxed happy sad"),
    _occasion("a sports broadcast", "energetic triumphant", "calm sad relaxed"),
    _occasion("a graduation ceremony", "triumphant happy", "aggressive dark sad"),
    _occasion("a rainy Sunday", "sad calm", "aggressive energetic triumphant"),
    _occasion("a sunny afternoon", "happy relaxed", "sad dark aggressive"),
    _occasion("a hotel lobby", "relaxed calm", "aggressive dark"),
    _occasion("a comedy", "happy", "sad dark aggressive"),
)
