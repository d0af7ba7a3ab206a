"""A language model's chat template becomes the prompt that asks it one question about music.

The template is a program in Jinja's language. Here it runs once, when a model is made, over a
placeholder (see render_template.py). What it wrote is the prompt from then on (see
answer/prompt.py): a text like any other, with nothing in it that runs. Knows nothing of music.
"""

from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase

from mullama.answer.prompt import QUESTION
from mullama.checkpoints.convert.render_template import render
from mullama.checkpoints.gguf_header import read_header
from mullama.checkpoints.json_file import read_json
from mullama.errors import CheckpointError

MAX_TEMPLATE, MAX_PROMPT = 100_000, 20_000
"""Characters; published templates have a tenth of that at most."""
SETTINGS = {"enable_thinking": False, "date_string": "26 Jul 2024"}
"""What templates ask for beside messages: answers come at once (Qwen 3), and no prompt depends on the
day on which it was made; the date is the one that Llama 3's own template falls back on."""
MESSAGE = {"role": "user", "content": QUESTION}


def chat_template(folder: Path) -> str | None:
    """The template of a tokenizer's folder, in any of the places that transformers keeps it."""
    if folder.is_file():  # GGUF
        found = read_header(folder).values.get("tokenizer.chat_template")
        return _bounded(folder, found) if isinstance(found, str) else None
    alone = folder / "chat_template.jinja"
    if alone.is_file():
        try:
            return _bounded(alone, alone.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as cause:
            raise CheckpointError(f"{alone} cannot be read: {cause}") from cause
    for name in ("tokenizer_config.json", "chat_template.json"):
        path = folder / name
        found = read_json(path).get("chat_template") if path.is_file() else None
        if isinstance(found, list):  # several by name, as some of 2024 have
            found = _by_name(found).get("default")
        if isinstance(found, str):
            return _bounded(path, found)
    return None


def chat_prompt(tokenizer: PreTrainedTokenizerBase, template: str, source: Path) -> str:
    """What the template makes of one question: a text that holds `{question}` once.

    With its special tokens spelt out, the begin-of-text token too. Raises CheckpointError naming
    `source` for a template that fails or loses the question.
    """
    values = {**tokenizer.special_tokens_map, **SETTINGS, "messages": [MESSAGE]}
    try:
        text = render(template, values)
    except CheckpointError as cause:
        raise CheckpointError(f"the chat template of {source} {cause}") from cause
    if text.count(QUESTION) != 1 or len(text) > MAX_PROMPT:
        raise CheckpointError(f"the chat template of {source} makes no prompt of one question")
    return text


def _by_name(templates: list[Any]) -> dict[Any, Any]:
    return {t.get("name"): t.get("template") for t in templates if isinstance(t, dict)}


def _bounded(path: Path, template: str) -> str:
    if len(template) > MAX_TEMPLATE:
        raise CheckpointError(f"{path}: a chat template of {len(template)} characters is too long")
    return template
