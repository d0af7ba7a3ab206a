"""The fields of `Sampling` -> fields of the page, and back. What they mean is written there alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from mullama.answer.sampling import Sampling
from mullama.options import options_of, schema

SLIDER_SPAN = 1
"""A number between bounds this near is a slider; any other is typed."""


def option_fields(stored: Sampling) -> list[gr.Slider | gr.Number]:
    """A field for each option, in their order, showing what the model has stored."""
    properties: Mapping[str, Mapping[str, Any]] = schema(Sampling)["properties"]
    return [_field(name, kind, getattr(stored, name)) for name, kind in properties.items()]


def sampling_of(values: Sequence[Any]) -> dict[str, Any]:
    """What stands in those fields, as keywords; an empty one is None, the model's own."""
    return dict(zip(options_of(Sampling), values, strict=True))


def _field(name: str, kind: Mapping[str, Any], value: Any) -> gr.Slider | gr.Number:
    numeric = next(part for part in kind.get("anyOf", [kind]) if "type" in part)
    low, high = numeric.get("minimum"), numeric.get("maximum")
    said = {"label": name.replace("_", " ").capitalize(), "info": kind["description"]}
    whole = numeric["type"] == "integer"
    if low is not None and high is not None and high - low <= SLIDER_SPAN and not whole:
        return gr.Slider(low, high, value, step=0.01, **said)
    return gr.Number(
        value,
        minimum=low,
        maximum=high,
        precision=0 if whole else None,
        step=1 if whole else 0.1,
        placeholder="any" if value is None else None,
        **said,
    )
