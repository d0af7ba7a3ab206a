"""Texts become a tokenizer of their own: byte-level pieces, digits one by one.

Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019) with the whole byte
alphabet, so that any text survives, "4/4" among them. Does not know what the texts are about.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

PAD, BOS, EOS = "<pad>", "<s>", "</s>"


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Any:
    """Train a `tokenizers.Tokenizer` of at most `vocabulary` tokens; it adds BOS, never EOS."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, BOS, EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    bos = tokenizer.token_to_id(BOS)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, bos)]
    )
    return tokenizer


def as_transformers(tokenizer: Any) -> Any:
    """The same tokenizer as transformers has it, padding on the left."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def load_tokenizer(path: Path) -> Any:
    """Read a tokenizer.json."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))
