"""All values that a fact may have, as answers word them: what a closed question chooses from."""

from collections.abc import Mapping

from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import all_keys
from mullama.studio.compose.piece import METRES
from mullama.studio.instruments import DRUMS, INSTRUMENTS
from mullama.studio.truth import MOODS

YES_NO = ("yes", "no")
TEMPOS = tuple(map(str, range(60, 181)))
"""Beats per minute."""
VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "tempo": TEMPOS,
    "key": all_keys(),
    "metre": METRES,
    "style": tuple(STYLES),
    "mood": MOODS,
    "lead": tuple(name for name in INSTRUMENTS if name != DRUMS),
    "drums": YES_NO,
}
"""By topic."""
