"""How an export is used, in words for its README and in settings for the engine that reads it."""

import json

from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.language_model import LanguageModel

START = "vllm.yaml"
"""What `vllm serve DIR --config DIR/vllm.yaml` reads beside the weights."""
SERVED_NAME = "no-audio"
"""The base's name on a server; asked for by nobody, since every request names a song or `no-song`."""
ADAPTERS_AT_ONCE, ADAPTERS_IN_MEMORY = 16, 1024
"""Songs in one batch, and songs that are kept ready in the main memory: 330 KB each at 7B."""
PROMPT = """\
The prompt stands in `mullama_export.json`: a question takes the place of `{question}`, and the tokenizer
adds what comes before a text. Other words than these are answered less well."""
HF = f"""\
The language model has one head more than it had, whose output is one in a single channel of the attention
of every layer. A song is a LoRA of rank 1 on `o_proj` that reads this channel: `mullama listen SONG... --model
MODEL --as-adapter SONGS` writes one folder a song. Without a song it answers as it did.

    base = transformers.AutoModelForCausalLM.from_pretrained(DIR)
    model = peft.PeftModel.from_pretrained(base, SONGS/NAME, adapter_name=NAME)

{PROMPT}"""
VLLM = f"""\
{HF}

    vllm serve DIR --config DIR/{START} --lora-modules NAME=SONGS/NAME no-song=SONGS/no-song ...

Ask by `/v1/completions` with the prompt and `"model": NAME`. Every request names a song, or `no-song`: in some
versions one without an adapter is answered with the song of another request in its batch. Songs can be
loaded later by `/v1/load_lora_adapter` (VLLM_ALLOW_RUNTIME_LORA_UPDATING=1), on a port that nobody else
reaches."""

GGUF_SONG = f"""\
`model.gguf` is the language model with one song inside, for llama.cpp and what is built on it. All that is
asked of it is asked about this song.

    llama-completion -m model.gguf -no-cnv -p PROMPT

{PROMPT}"""
GGUF_WIDENED = f"""\
`model.gguf` is the language model with one head more than it had, whose output is one in a single channel of
the attention of every layer: a song is a LoRA of rank 1 on `attn_output` that reads this channel. Without one
it answers as it did.

{PROMPT}"""


def usage(options: ExportOptions, song: bool) -> str:
    """What the README says of use; `song`: there is one inside."""
    if options.target == "gguf":
        return GGUF_SONG if song else GGUF_WIDENED
    return VLLM if options.target == "vllm" else HF


def vllm_settings(language: LanguageModel, options: ExportOptions) -> str:
    """The settings of `vllm serve` (a YAML file of its long options)."""
    settings = {
        "served-model-name": SERVED_NAME,
        "dtype": str(language.dtype).removeprefix("torch."),
        "enable-lora": True,
        "max-lora-rank": 8,  # the lowest that all its versions have
        "max-loras": ADAPTERS_AT_ONCE,
        "max-cpu-loras": ADAPTERS_IN_MEMORY,
        "tensor-parallel-size": options.tensor_parallel,
        "lora-dtype": "auto",
        "generation-config": "auto",
    }
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items())
