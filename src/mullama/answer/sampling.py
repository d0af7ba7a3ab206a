"""How the next token is chosen: the options of an answer, each written here alone.

Imports no torch, so that a command's help can name them at once. What they do is in decoding.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from mullama.options import Bounds, Options, options_of

GREEDY_BELOW = 1e-6
"""A temperature below this takes the most likely token, as 0 does.

Logits are divided by it in float32, whose largest number is 3e38: divided by this, logits up to 1e32
stay finite. It loses nothing: float32 logits near 10 differ by 1e-6 or not at all, so that at this
temperature neighbours are already a factor of e apart.
"""


@dataclass(frozen=True, kw_only=True)
class Sampling(Options):
    """How the next token is chosen; in the order in which the options are applied."""

    repetition_penalty: Annotated[float, Bounds(0.01, 100.0)] = 1.0
    """Above 1, tokens of the prompt and of the answer so far become less likely; 1 changes nothing."""
    temperature: Annotated[float, Bounds(0.0, 100.0)] = 0.0
    """0 takes the most likely token; higher values flatten the distribution."""
    top_k: Annotated[int, Bounds(0, 1_000_000)] = 0
    """Keep this many of the most likely tokens; 0 keeps all."""
    top_p: Annotated[float, Bounds(0.0, 1.0)] = 1.0
    """Keep the most likely tokens while the probability before them is at most this."""
    min_p: Annotated[float, Bounds(0.0, 1.0)] = 0.0
    """Keep tokens that are at least this share as likely as the most likely one; 0 keeps all."""
    max_new_tokens: Annotated[int, Bounds(1, 1_000_000)] = 512
    """Stop here if the model has not stopped by itself."""
    seed: Annotated[int, Bounds(0, 2**63 - 1)] | None = None
    """Makes sampling repeatable; an answer depends on its own song, question and seed alone."""

    @property
    def greedy(self) -> bool:
        """Whether the most likely token is taken and nothing is drawn."""
        return self.temperature < GREEDY_BELOW


class SamplingKeywords(TypedDict, total=False):
    """The fields of `Sampling` as keywords, None for the model's own value: what an editor completes."""

    repetition_penalty: float | None
    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    max_new_tokens: int | None
    seed: int | None


def stored_sampling(generation: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a generation_config.json (transformers' GenerationConfig) states."""
    stated = {name: generation.get(name) for name in options_of(Sampling)}
    if not generation.get("do_sample"):
        stated["temperature"] = 0.0
    elif stated["temperature"] is None:
        stated["temperature"] = 1.0
    return {name: value for name, value in stated.items() if value is not None}
