"""A waveform window becomes the mean over time of each hidden state: MERT's own, without remote code.

MERT (Li et al. 2023, arXiv 2306.00107) is HuBERT's architecture, so `transformers.HubertModel` with
MERT's configuration is the same function. Does not know files, window lengths or songs.
"""

from transformers import HubertModel

from mullama.config import MertConfig
from mullama.listen.encoders.waveform import WaveformEncoder


class MertEncoder(WaveformEncoder, HubertModel):
    """Encodes windows of equal length; HuBERT's own weights fit as well."""

    config_class = MertConfig
    main_input_name = "windows"
