"""The page's fields are those of `Sampling`."""

import pytest

from mullama.answer.sampling import Sampling
from mullama.options import options_of

pytest.importorskip("gradio")
from mullama.serving.demo.option_fields import option_fields, sampling_of


def test_every_option_has_a_field_with_its_meaning_and_bounds() -> None:
    stored = Sampling(temperature=0.5, max_new_tokens=64)
    fields = dict(zip(options_of(Sampling), option_fields(stored), strict=True))
    for name, option in options_of(Sampling).items():
        assert fields[name].info == option.doc
        assert fields[name].value == getattr(stored, name)
    assert type(fields["top_p"]).__name__ == "Slider"
    assert (fields["top_p"].minimum, fields["top_p"].maximum) == (0, 1)
    assert (fields["max_new_tokens"].minimum, fields["max_new_tokens"].precision) == (1, 0)


def test_their_values_are_a_sampling_again() -> None:
    stored = Sampling(temperature=0.5, seed=3)
    values = [field.value for field in option_fields(stored)]
    assert Sampling(**sampling_of(values)) == stored
