"""Importing this makes transformers' Auto classes and pipelines know the model.

import mullama.auto
pipeline("any-to-any", model="my-model")
"""

from transformers import AutoConfig, AutoModel, AutoModelForMultimodalLM, AutoProcessor

from mullama.config import AUDIO_CONFIGS, ENCODERS, MuLlamaConfig
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor

for kind, config in AUDIO_CONFIGS.items():
    AutoConfig.register(kind, config, exist_ok=True)
    AutoModel.register(config, ENCODERS.load(kind), exist_ok=True)
AutoConfig.register(MuLlamaConfig.model_type, MuLlamaConfig, exist_ok=True)
AutoModelForMultimodalLM.register(MuLlamaConfig, MuLlamaForConditionalGeneration, exist_ok=True)
AutoProcessor.register(MuLlamaConfig, MuLlamaProcessor, exist_ok=True)
