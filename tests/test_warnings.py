"""Whose warnings are errors: those of pytest's configuration, as a deprecated call raises them."""

import warnings

import pytest

LIBRARY = (
    "import warnings\ndef old():\n    warnings.warn('use new()', FutureWarning, stacklevel=2)\n"
)


def call_from(module: str) -> None:
    """Call a deprecated function of another package from a module of this name."""
    library: dict[str, object] = {"__name__": "library"}
    exec(LIBRARY, library)
    exec("old()", {"__name__": module, "old": library["old"]})


@pytest.mark.parametrize("module", ["mullama", "mullama.answer.decoder", "tests.test_warnings"])
def test_a_deprecated_call_of_ours_is_an_error(module: str) -> None:
    with pytest.raises(FutureWarning, match="use new"):
        call_from(module)


@pytest.mark.parametrize("module", ["transformers.generation.utils", "mullamas", "library"])
def test_a_deprecated_call_of_others_is_shown(module: str) -> None:
    with warnings.catch_warnings(record=True) as shown:
        call_from(module)
    assert [str(warning.message) for warning in shown] == ["use new()"]
