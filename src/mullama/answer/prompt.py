"""A question becomes the text that the language model continues.

A template is data with a name; the name is stored with the weights, because weights answer well only
to the words they were trained with. Where a language model brings words of its own, the template
itself is stored in place of a name. Knows nothing of tokens.
"""

from mullama.errors import UsageError

QUESTION = "{question}"
"""What stands in a template where the question goes."""
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
    # The same without input, byte for byte what LLaMA-Adapter's weights saw.
    "alpaca": (
        "Below is an instruction that describes a task. Write a response that appropriately completes "
        "the request.\n\n"
        "### Instruction:\n{question}\n\n"
        "### Response:"
    ),
    "clean": "### Question:\n{question}\n\n### Answer:\n",
    # As few tokens as there can be, for very small language models.
    "brief": "Q: {question}\nA:",
}


def fill(prompt: str, question: str) -> str:
    """Put a question into a template; the question's own braces stay as they are.

    `prompt` is a template's name, or a template: a text that holds `{question}` once. Raises
    UsageError for anything else, and for a question with bytes that are no text.
    """
    require_text(question, "question")
    template = TEMPLATES.get(prompt, prompt)
    before, found, after = template.partition(QUESTION)
    if not found or QUESTION in after:
        raise UsageError(
            f"unknown prompt {prompt!r}; choose one of: {', '.join(TEMPLATES)}, or give a text that "
            f"holds {QUESTION} once"
        )
    return before + question + after


def require_text(text: str, what: str) -> None:
    """Raises UsageError for bytes that are no text."""
    try:
        text.encode()
    except UnicodeEncodeError as cause:
        raise UsageError(f"the {what} {text!r} is not UTF-8 text") from cause


def follow(prompt: str, answer: str) -> str:
    """What follows the filled template where `answer` is given, as in training."""
    return f" {answer}" if prompt == "brief" else answer
