"""Figures that others published, to stand beside ours as quotations. Nothing here was measured here."""

from collections.abc import Mapping

PUBLISHED_SET = "MagnaTagATune"
PUBLISHED_SOURCE = (
    "the music representation comparison that accompanies Liu et al. 2023 (arXiv 2308.11276), "
    "MagnaTagATune, top 50 tags"
)
PUBLISHED: Mapping[str, tuple[float, float]] = {
    "ImageBind": (88.55, 40.19),
    "JukeBox": (91.50, 41.40),
    "OpenL3": (89.35, 42.88),
    "CLAP": (70.04, 27.95),
    "Wav2CLIP": (90.15, 49.12),
    "MERT": (93.91, 59.57),
}
"""Representation -> ROC-AUC and average precision in percent, means over the tags."""
