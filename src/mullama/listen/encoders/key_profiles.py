"""How much each pitch class sounds becomes how well each key fits it: what a key tool would say.

A correlation with profiles of how well a pitch class fits a key (Krumhansl 1990, chapter 4): a sum over
a whole window that is divided by its own deviation, which convolutions do not do. No weights. Knows
nothing of networks.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.listen.encoders.pitches import OCTAVES, PITCH_CLASSES

KRUMHANSL = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
"""Major and minor on C, as listeners judge them (Krumhansl and Kessler 1982)."""
TEMPERLEY = (
    (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
)
"""The same as they fit notated music (Temperley 1999)."""
LOW_OCTAVES = 4
"""Up to B4, where basses and roots are."""
PICTURES = 2 * len((*KRUMHANSL, *TEMPERLEY))
"""Numbers for each tonic in `fits_of_notes`."""


def key_fits(
    chroma: Float[Tensor, "*clip 12"], profiles: tuple[tuple[float, ...], ...] = KRUMHANSL
) -> Float[Tensor, "*clip profile 12"]:
    """How long each pitch class sounds -> its correlation with each profile on each tonic, -1 to 1.

    Zero where all sound alike, as in silence.
    """
    wanted = torch.tensor(profiles).to(chroma)
    turned = torch.stack([wanted.roll(tonic, -1) for tonic in range(PITCH_CLASSES)], dim=1)
    centred = turned - turned.mean(-1, keepdim=True)
    given = chroma - chroma.mean(-1, keepdim=True)
    products = torch.einsum("...c,ptc->...pt", given, centred)
    sizes = given.norm(dim=-1).clamp_min(1e-9)[..., None, None] * centred.norm(dim=-1)
    return products / sizes


def fits_of_notes(
    pitches: Float[Tensor, "window pitches frames"],
) -> Float[Tensor, "window pictures 12"]:
    """Notes (see pitches.py) -> how well each key fits all of them, and the low ones, by both profiles."""
    octaves = pitches.mean(-1).unflatten(1, (OCTAVES, PITCH_CLASSES))
    chroma = torch.stack([octaves.sum(1), octaves[:, :LOW_OCTAVES].sum(1)], dim=1)
    return key_fits(chroma, KRUMHANSL + TEMPERLEY).flatten(1, 2)
