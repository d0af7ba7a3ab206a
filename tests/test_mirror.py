"""Every module of the source has tests that are found where it lies: `a/b.py` is tested in `tests/a/`."""

import ast
from pathlib import Path

from paths import ROOT, TESTS

SOURCE = ROOT / "src" / "mullama"
ELSEWHERE = {
    # Commands are asserted as they are typed.
    "test_cli.py": "commands/ask commands/caption commands/answer_flags",
    "catalogue/test_catalogue.py": "commands/catalogue catalogue/maker catalogue/fingerprint",
    "catalogue/test_outputs.py": "commands/catalogue_outputs catalogue/tags/keep_heard"
    " catalogue/tags/tag_options",
    "checkpoints/convert/test_convert.py": "commands/convert checkpoints/save",
    "commands/test_evaluate.py": "commands/steps evaluation/recipe evaluation/asking/answer_options",
    "commands/musicqa/test_write.py": "musicqa/write_options",
    "serving/test_server.py": "commands/serve serving/captions",
    "serving/demo/test_launch.py": "commands/demo",
    "commands/test_show.py": "show/show",
    # What is sent and what comes back is asserted at the other end of a connection.
    "serving/test_malformed.py": "serving/invalid_request",
    "engine/vllm/test_far.py": "engine/vllm/answering engine/vllm/completion engine/vllm/listener",
    # A step of something that is asserted whole, by its numbers.
    "test_song.py": "answer/answer",
    "engine/test_choices.py": "answer/choice answer/forms",
    "test_quantize.py": "checkpoints/unread",
    "checkpoints/convert/test_llama.py": "checkpoints/scaled_rope",
    "training/test_trainer.py": "training/qa/prepare training/qa/prepare_listenings"
    " training/qa/start_model training/qa/task",
    # Tables.
    "evaluation/speaking/test_held_out.py": "studio/english/others",
    "studio/english/test_converse.py": "studio/english/fact_patterns",
    "catalogue/test_closed.py": "studio/words/vocabularies studio/words/forms",
}  # fmt: skip
"""Test -> modules that it asserts through another module's face, and why that is enough for them."""


def imports(path: Path) -> set[str]:
    """Names of modules that a file imports, anywhere in it, and of what it takes from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def name(path: Path) -> str:
    return ".".join(["mullama", *path.with_suffix("").parts])


MODULES = [
    path.relative_to(SOURCE)
    for path in sorted(SOURCE.rglob("*.py"))
    if not path.name.startswith("__")
]
IMPORTS = {path: imports(SOURCE / path) for path in MODULES}
TESTED = {path.relative_to(TESTS): imports(path) for path in sorted(TESTS.rglob("test_*.py"))}


def has_own_tests(module: Path) -> bool:
    """A file of its name, or of its folder's; or one of its room that imports it."""
    room = module.parts[:1] if len(module.parts) > 1 else ()
    named = {module.with_name(f"test_{module.name}")}
    named |= {
        folder.with_name(f"test_{folder.name}.py") for folder in module.parents if folder.name
    }
    return bool(named & TESTED.keys()) or any(
        name(module) in imported
        for test, imported in TESTED.items()
        if test.parts[:1] == room or not room
    )


def is_part(module: Path) -> bool:
    """A neighbour that has tests of its own is made of it."""
    return any(
        name(module) in imported and other.parent == module.parent and has_own_tests(other)
        for other, imported in IMPORTS.items()
    )


def test_every_module_has_tests() -> None:
    elsewhere = {Path(f"{path}.py") for paths in ELSEWHERE.values() for path in paths.split()}
    lost = [path for path in MODULES if not has_own_tests(path) and not is_part(path)]
    names = " ".join(map(str, sorted(set(lost) - elsewhere)))
    assert not names, f"no test mirrors {names}: write tests/.../test_<name>.py"
    assert not elsewhere - set(lost), "these are mirrored: they need no exception"


def test_exceptions_name_tests_that_are_there() -> None:
    assert {Path(path) for path in ELSEWHERE} <= TESTED.keys()
