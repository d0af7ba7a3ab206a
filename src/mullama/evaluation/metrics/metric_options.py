"""The options of metrics, each written here alone. Imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.options import Bounds, Flag, Options


@dataclass(frozen=True, kw_only=True)
class MetricOptions(Options):
    """What metrics need besides texts."""

    wordnet: Annotated[Path, Flag("DIR")] | None = None
    """Folder with WordNet's dictionary files; by default NLTK's data or Debian's wordnet-base."""
    bertscore_model: Annotated[str, Flag("NAME|DIR")] = "roberta-large"
    """Model of BERTScore: a name on the Hugging Face hub, or a local folder."""
    bertscore_layers: Annotated[int, Bounds(1, 1000)] | None = None
    """Hidden layer that BERTScore compares; must be given for a local folder."""
    bertscore_baseline: Annotated[Path, Flag("FILE")] | None = None
    """Table of baselines (LAYER,P,R,F) by which BERTScore is rescaled; by default it is not."""
