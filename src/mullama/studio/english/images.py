"""What a mood looks like: the pictures that inventions about a piece are made of. Tables only.

No phrase names an instrument, a style, a tempo or a key, so none can be wrong about what is heard.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Images:
    """Pictures of one mood."""

    colours: tuple[str, ...]
    animals: tuple[str, ...]
    """With an article."""
    drinks: tuple[str, ...]
    skies: tuple[str, ...]
    """Completes "under ..."."""
    landscapes: tuple[str, ...]
    """With an article."""
    hours: tuple[str, ...]
    """Completes "it would be ..."."""
    people: tuple[str, ...]
    """Somebody, with an article, to tell a story about."""
    deeds: tuple[str, ...]
    """What somebody does, in the present: completes "the man ..."."""
    endings: tuple[str, ...]
    """How a story ends: a sentence without its full stop."""
    rhymes: tuple[tuple[str, str], ...]
    """Two lines that rhyme."""


IMAGES: dict[str, Images] = {
    "aggressive": Images(
        ("blood red", "burnt orange", "steel grey"),
        ("a cornered wolf", "a bull that lowers its head", "a hawk in a dive"),
        ("black coffee without sugar", "ginger juice that burns", "a shot of something strong"),
        ("a sky full of lightning", "black clouds", "a red sky"),
        ("a burning plain", "a cliff in a storm", "a field of broken stone"),
        ("midnight", "the hour before a fight", "high noon"),
        ("a boxer", "a rebel", "a captain whose crew has left"),
        ("kicks the door open", "shouts at the storm", "breaks the chains"),
        (
            "Nobody dares to follow",
            "By morning the walls are down",
            "In the end only the echo is left",
        ),
        (
            ("The thunder rolls, the shutters break,", "and all the sleeping streets awake."),
            ("With clenched fists and a heart of stone,", "we tear the tyrant from his throne."),
        ),
    ),
    "calm": Images(
        ("pale blue", "soft green", "pearl white"),
        ("a swan on a pond", "a sleeping cat", "a heron that stands still"),
        ("warm milk with honey", "camomile tea", "cool water with mint"),
        ("a clear sky", "the first stars", "a pale morning sky"),
        ("a still lake", "a meadow in the mist", "a garden after rain"),
        ("early morning", "the hour before sleep", "a Sunday afternoon"),
        ("a gardener", "an old fisherman", "a child half asleep"),
        ("watches the ripples fade", "lets the boat drift", "counts the leaves on the water"),
        ("Nothing needs to be done", "Then all is quiet", "The lake keeps the secret"),
        (
            ("The lake lies still, the wind has ceased,", "and every leaf has been released."),
            ("A candle, and an open door,", "and gentle waves along the shore."),
        ),
    ),
    "dark": Images(
        ("charcoal black", "deep purple", "midnight blue"),
        ("a raven", "a bat under the roof", "a black cat that stares"),
        ("bitter tea gone cold", "red wine in a dusty glass", "black coffee at night"),
        ("a moonless sky", "a heavy fog", "clouds that hide the moon"),
        ("a forest in the fog", "an abandoned harbour", "a ruin on a hill"),
        ("three in the morning", "the dead of night", "the last minute of dusk"),
        ("a night watchman", "a stranger in a long coat", "a detective"),
        ("hears steps behind the wall", "finds the cellar open", "follows a light that goes out"),
        ("Nobody ever spoke of it again", "The door was never found", "Only the shadow stayed"),
        (
            ("A lantern fails, a door stands wide,", "and something waits on the other side."),
            ("The moon is gone, the hall is bare,", "yet something moves upon the stair."),
        ),
    ),
    "energetic": Images(
        ("bright orange", "electric blue", "signal red"),
        ("a galloping horse", "a puppy let off the lead", "a dolphin that leaps"),
        ("fresh lemonade over ice", "a double espresso", "orange juice with ginger"),
        ("a bright sky", "the floodlights", "a blazing sun"),
        ("a road that runs to the horizon", "a river in the rapids", "a crowded square"),
        ("the start of the day", "a Saturday night", "the last minute of the match"),
        ("a runner", "a young dancer", "a courier on a bicycle"),
        ("jumps over the fence", "races through the crowd", "takes three steps at a time"),
        ("Nobody can catch up", "At the finish everybody cheers", "Then it all starts again"),
        (
            ("The lights are on, the street's awake,", "come run with us for running's sake."),
            ("We leap, we turn, we hit the ground,", "and still our feet go round and round."),
        ),
    ),
    "happy": Images(
        ("sunny yellow", "sky blue", "bright pink"),
        ("a lark in the morning", "a lamb in spring", "a dog that wags its tail"),
        ("homemade lemonade", "hot chocolate with cream", "a strawberry milkshake"),
        ("a blue sky", "the May sun", "a rainbow"),
        ("a meadow in bloom", "a beach full of kites", "a village on market day"),
        ("a spring morning", "the first day of the holidays", "a sunny noon"),
        ("a baker", "a girl with a kite", "a postman"),
        ("whistles on the way home", "waves to all the neighbours", "dances across the kitchen"),
        ("Everybody goes home smiling", "The whole street joins in", "And there is cake for all"),
        (
            ("The sun is up, the kettle sings,", "and joy comes in on paper wings."),
            ("We laughed until the day was through,", "and all the sky was painted blue."),
        ),
    ),
    "relaxed": Images(
        ("warm sand", "olive green", "soft turquoise"),
        ("a cat in the sun", "a turtle on a warm stone", "a pelican on a post"),
        ("iced tea with lemon", "coconut water", "a cool glass of white wine"),
        ("a lazy sun", "an evening sky", "a warm sky"),
        ("a sandy beach", "a hammock between two palms", "a terrace above the sea"),
        ("a late afternoon", "the end of a working day", "a holiday morning"),
        ("a beach bar owner", "a traveller without a plan", "a painter on holiday"),
        ("leans back and waves", "lets the phone ring", "strolls along the water"),
        ("There is always tomorrow", "Nobody looks at the clock", "The tide comes in by itself"),
        (
            ("The day is long, the chairs are wide,", "we leave the worries all outside."),
            ("Put up your feet and close your eyes,", "and let the evening improvise."),
        ),
    ),
    "sad": Images(
        ("slate grey", "faded blue", "the brown of old photographs"),
        ("a dog that waits at the door", "a lone gull", "an old horse in the rain"),
        ("tea that has gone cold", "a glass of red wine alone", "coffee in an empty kitchen"),
        ("a grey sky", "steady rain", "a pale November sun"),
        ("an empty station", "a beach in winter", "a garden that nobody tends"),
        ("a rainy evening", "the last day of autumn", "the hour after the farewell"),
        ("a widow", "a soldier far from home", "an old man on a bench"),
        ("reads the last letter again", "watches the train leave", "puts the photograph away"),
        ("The chair stays empty", "The rain goes on", "Only the memory is left"),
        (
            ("The chair is empty, cold the tea,", "and nobody comes home to me."),
            ("You left the key, you left the light,", "and I have counted every night."),
        ),
    ),
    "triumphant": Images(
        ("gold", "royal purple", "shining white"),
        ("an eagle above the peaks", "a lion on a rock", "a stallion in a parade"),
        ("champagne", "a golden cup of wine", "sparkling cider"),
        ("a golden sky", "waving flags", "fireworks"),
        ("a summit at dawn", "a stadium full of flags", "a palace on a hill"),
        ("sunrise", "the moment of victory", "noon on a day of celebration"),
        ("a queen", "a climber", "a captain who comes home"),
        ("lifts the cup", "reaches the summit", "rides through the gate"),
        ("The whole city cheers", "The banner flies at last", "History will remember the day"),
        (
            ("The gates swing wide, the banners fly,", "and victory lights up the sky."),
            ("We climbed the hill, we held the line,", "and now the morning starts to shine."),
        ),
    ),
}
"""Mood -> pictures."""
