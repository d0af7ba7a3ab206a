"""Chat templates: where they lie, what they make, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from mullama.checkpoints.convert.chat import MAX_TEMPLATE, chat_prompt, chat_template
from mullama.errors import CheckpointError

TURN = "{{ bos_token }}[user] {{ messages[0]['content'] }}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chat_template.jinja", TURN),
        ("chat_template.json", json.dumps({"chat_template": TURN})),
        ("tokenizer_config.json", json.dumps({"chat_template": TURN})),
        (
            "tokenizer_config.json",
            json.dumps({"chat_template": [{"name": "tool_use", "template": "no"},
                                          {"name": "default", "template": TURN}]}),
        ),
    ],
)  # fmt: skip
def test_where_it_lies(tmp_path: Path, name: str, content: str) -> None:
    assert chat_template(tmp_path) is None
    (tmp_path / "tokenizer_config.json").write_text("{}")
    assert chat_template(tmp_path) is None
    (tmp_path / name).write_text(content)
    assert chat_template(tmp_path) == TURN


def test_what_it_makes(tokenizer: PreTrainedTokenizerFast) -> None:
    def made(template: str) -> str:
        return chat_prompt(tokenizer, template, Path("here"))

    assert made(TURN) == "<s>[user] {question}"
    assert made(TURN + "{% if add_generation_prompt %}\n[model] {% endif %}").endswith("[model] ")
    thinks = "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"
    assert made(TURN + thinks).endswith("<think></think>")
    today = "{% if not date_string is defined %}{{ strftime_now('%c') }}{% endif %}"
    assert made(today + TURN) == made(TURN)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ raise_exception('system first') }}", "fails: system first"),
        ("{{ messages[0]", "fails"),
        ("{{ messages[9]['content'].x }}", "fails"),
        ("{{ 1 / 0 }}", "fails"),
        (
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "too much",
        ),
        ("{% set x = 'x' * 10**10 %}", "too much time or memory"),
        ("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", "fails"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "fails"),
        ("Hello", "makes no prompt"),
        (TURN + TURN, "makes no prompt"),
        (TURN + "{% for i in range(30000) %}x{% endfor %}", "makes no prompt"),
    ],
)
def test_what_is_refused(tokenizer: Any, template: str, why: str) -> None:
    with pytest.raises(CheckpointError, match=f"the chat template of here .*{why}|here {why}"):
        chat_prompt(tokenizer, template, Path("here"))


def test_what_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text("x" * (MAX_TEMPLATE + 1))
    with pytest.raises(CheckpointError, match=r"chat_template\.jinja: a chat template of 100001"):
        chat_template(tmp_path)
