"""Kinds of music that people compare with, and how they usually are. Tables only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Other:
    """A kind of music that everybody knows."""

    name: str
    """Completes "unlike ..."."""
    character: tuple[str, ...]
    """Completes "it is ...": moods and paces where these are typical."""
    style: str | None = None
    """The style it stands for."""


OTHERS: tuple[Other, ...] = (
    Other("a lullaby", ("slow", "calm")),
    Other("a rock song", ("loud", "energetic"), "rock"),
    Other("a heavy metal track", ("loud", "aggressive"), "metal"),
    Other("a piece of techno", ("electronic", "energetic"), "techno"),
    Other("a waltz", ("graceful", "counted in three"), "waltz"),
    Other("a military march", ("strict", "triumphant"), "march"),
    Other("a love ballad", ("slow", "tender")),
    Other("a pop song", ("catchy", "sung")),
    Other("an opera", ("sung", "dramatic")),
    Other("a symphony", ("long", "written for a full orchestra")),
    Other("a hymn", ("solemn", "slow")),
    Other("a funk tune", ("syncopated", "happy"), "funk"),
    Other("a folk song", ("simple", "handmade"), "folk"),
    Other("a disco hit", ("fast", "happy"), "disco"),
    Other("a reggae tune", ("laid-back", "relaxed"), "reggae"),
    Other("a hip hop beat", ("repetitive", "cool"), "hip hop"),
    Other("a baroque dance", ("courtly", "finely woven"), "baroque"),
    Other("ambient music", ("drifting", "calm"), "ambient"),
    Other("a bossa nova", ("soft", "relaxed"), "bossa nova"),
    Other("a blues", ("earthy", "sad"), "blues"),
    Other("a funeral march", ("slow", "sad")),
    Other("a children's song", ("simple", "happy")),
    Other("a national anthem", ("solemn", "triumphant")),
    Other("a video game tune", ("electronic", "lively")),
    Other("a Christmas carol", ("festive", "familiar")),
)
