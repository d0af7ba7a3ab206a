"""A question becomes the text that the language model continues.

A template is data with a name; the name is stored with the weights, because weights answer well only
to the words they were trained with. Knows nothing of tokens.
"""

from mullama.errors import UsageError

TEMPLATES = {
    # Byte for byte what the published weights saw, in training as well: Alpaca's template (Taori et
    # al. 2023) whose input slot was filled, by mistake, with the text of a Python builtin.
    "published": (
        "Below is an instruction that describes a task, paired with an input that provides further "
        "context. Write a response that appropriately completes the request.\n\n"
        "### Instruction:\n{question}\n\n"
        "### Input:\n<built-in function input>\n\n"
        "### Response:"
    ),
    "clean": "### Question:\n{question}\n\n### Answer:\n",
    # As few tokens as there can be, for very small language models.
    "brief": "Q: {question}\nA:",
}


def fill(name: str, question: str) -> str:
    """Put a question into the template of that name; the question's own braces stay as they are."""
    if name not in TEMPLATES:
        raise UsageError(f"unknown prompt {name!r}; choose one of: {', '.join(TEMPLATES)}")
    before, after = TEMPLATES[name].split("{question}")
    return before + question + after


def follow(name: str, answer: str) -> str:
    """What follows the filled template of that name where `answer` is given, as in training."""
    return f" {answer}" if name == "brief" else answer
