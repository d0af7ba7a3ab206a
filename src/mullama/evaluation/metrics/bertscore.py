"""Texts -> BERTScore: precision, recall and F1 of tokens matched by the cosine of their embeddings.

Zhang et al. (2020), as the package bert-score computes it. Model and tokenizer are loaded here, for
three reasons: no code of a model's repository is run; a RoBERTa tokenizer must put a space before
the first word, which bert-score asks for in a way that transformers 5 ignores; and a missing model
is named in one line.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import (
    ItemMeans,
    Need,
    Statistics,
    item_rows,
    library,
    library_need,
    version,
)
from mullama.evaluation.metrics.texts import Text, validate

BATCH = 64
CONFIG = "config.json"
"""The file by which a model is known to be there."""
MAX_TOKENS = 512
"""Where neither tokenizer nor model says how much is read."""
LARGEST_MAX_TOKENS = 1_000_000
"""A tokenizer that names no limit names a number far above this."""


@dataclass(frozen=True)
class Embedder:
    """A language model cut off after the layer that is compared."""

    model: Any
    tokenizer: Any
    layers: int


class BertScore(ItemMeans):
    """The reference with the best F1 counts; averaged over items. An empty candidate scores zero."""

    name: ClassVar = "bertscore"
    columns: ClassVar = ("items", "precision", "recall", "f1")
    headline: ClassVar = "f1"
    range = (-1.0, 1.0)
    perfect: ClassVar = {"precision": 1.0, "recall": 1.0, "f1": 1.0}

    def needs(self) -> tuple[Need, ...]:
        """bert-score, and the files of the model on this machine."""
        missing = library_need("bert_score")
        if missing:
            return missing
        found = _lacking(self.options.bertscore_model)
        return (Need(*found, blocks=True),) if found else ()

    def signature(self) -> str:
        """Model, layer, rescaling and versions. Scores of another model are not comparable."""
        options = self.options
        scaled = options.bertscore_baseline.name if options.bertscore_baseline else "none"
        layers = options.bertscore_layers or _known_layers(options.bertscore_model) or "?"
        return (
            f"model:{options.bertscore_model}|layer:{layers}|idf:no|baseline:{scaled}"
            f"|{version('bert-score')}|{version('transformers')}"
        )

    @cached_property
    def _embedder(self) -> Embedder:
        return _load(self.options.bertscore_model, self._layers())

    def _layers(self) -> int:
        layers = self.options.bertscore_layers or _known_layers(self.options.bertscore_model)
        if layers is None:
            raise UsageError(
                f"BERTScore does not know which layer of {self.options.bertscore_model} to compare: "
                "give the option bertscore_layers"
            )
        return layers

    def items(self, references: Sequence[Text], candidates: Sequence[str]) -> Statistics:
        """Columns: 1, precision, recall, F1."""
        grouped = validate(references, candidates)
        scores = np.zeros((len(grouped), 3))
        pairs = [
            (i, text, candidate)
            for i, (group, candidate) in enumerate(zip(grouped, candidates, strict=True))
            if candidate.strip()
            for text in group
        ]
        if pairs:
            owners = np.array([i for i, _, _ in pairs])
            found = self._scaled(self._compare([r for _, r, _ in pairs], [c for *_, c in pairs]))
            # Written from the worst F1 to the best, so that the best of an item's references stays.
            order = found[:, 2].argsort(kind="stable")
            scores[owners[order]] = found[order]
        return item_rows(scores)

    def _compare(self, references: list[str], candidates: list[str]) -> np.ndarray:
        """(pairs, 3): precision, recall, F1 of texts that are not empty."""
        utils = library("bert_score.utils", "BERTScore", package="bert-score")
        embedder = self._embedder
        weights: dict[int, float] = defaultdict(lambda: 1.0)
        for special in (embedder.tokenizer.sep_token_id, embedder.tokenizer.cls_token_id):
            weights[special] = 0.0
        return utils.bert_cos_score_idf(
            embedder.model,
            [_encodable(text) for text in references],
            [_encodable(text) for text in candidates],
            embedder.tokenizer,
            weights,
            device=embedder.model.device,
            batch_size=BATCH,
        ).numpy().astype(float)  # fmt: skip

    def _scaled(self, scores: np.ndarray) -> np.ndarray:
        """Stretched so that unrelated texts come near zero, where a table of baselines is given."""
        path = self.options.bertscore_baseline
        if path is None:
            return scores
        try:
            table = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
            (baseline,) = table[table[:, 0] == self._layers(), 1:4]
        except (OSError, ValueError, IndexError) as cause:
            raise UsageError(
                f"{path} is not a table of BERTScore baselines with layer {self._layers()}: {cause}"
            ) from cause
        return (scores - baseline) / (1 - baseline)


def _known_layers(model: str) -> int | None:
    """The layer that bert-score's authors chose for a published model."""
    if library_need("bert_score"):
        return None
    found: int | None = library("bert_score.utils", "BERTScore").model2layers.get(model)
    return found


def _lacking(model: str) -> tuple[str, str] | None:
    """What a folder, or the hub's cache, lacks of the model, and how to get it; None where it is here."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    if Path(model).is_dir() and model:
        if (Path(model) / CONFIG).is_file():
            return None
        return f"{CONFIG} in {model}, the folder of BERTScore's model,", _how("")
    try:
        here = isinstance(try_to_load_from_cache(model, CONFIG), str)
        return None if here else (f"the model {model!r} of BERTScore", _how(model))
    except HFValidationError:  # no name that the hub can have
        return f"the model {model!r} of BERTScore", _how("")


def _how(model: str) -> str:
    """How to get a model of the hub; without a name, another."""
    local = "name a local folder by the options bertscore_model and bertscore_layers"
    return f"`hf download {model}`, or {local}" if model else local


def _load(model: str, layers: int) -> Embedder:
    """Raises UsageError for a model that is not there, is damaged, or needs code of its own."""
    import torch
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    where = {"trust_remote_code": False, "local_files_only": True}
    with _loading(model):
        config = AutoConfig.from_pretrained(model, **where)
    if config.is_encoder_decoder:
        raise UsageError(f"BERTScore compares encoders; {model} is an encoder and a decoder")
    if layers > config.num_hidden_layers:
        raise UsageError(
            f"{model} has {config.num_hidden_layers} layers; bertscore_layers is {layers}"
        )
    config.num_hidden_layers = layers
    with _loading(model):
        embedder = AutoModel.from_pretrained(model, config=config, **where)
        tokenizer = AutoTokenizer.from_pretrained(model, add_prefix_space=True, **where)
    if tokenizer.model_max_length > LARGEST_MAX_TOKENS:
        tokenizer.model_max_length = getattr(config, "max_position_embeddings", MAX_TOKENS)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return Embedder(embedder.eval().to(device), tokenizer, layers)


@contextmanager
def _loading(model: str) -> Iterator[None]:
    """Turns what fails into one line; silent, also on weights of layers that are left out."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    except Exception as cause:  # transformers has no errors of its own for a damaged folder
        said = (str(cause).splitlines() or [type(cause).__name__])[0]
        raise UsageError(
            f"the model {model!r} of BERTScore cannot be loaded: {said}; "
            f"{_how('' if Path(model).exists() else model)}"
        ) from cause
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _encodable(text: str) -> str:
    """A text without lone surrogates, which a tokenizer refuses."""
    return text.encode(errors="replace").decode()
