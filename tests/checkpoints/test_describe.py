"""Facts about a model, from its headers."""

from pathlib import Path

import torch

from goldens import FINETUNED, LLAMA, MERT
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.describe import describe
from mullama.checkpoints.store import load_model


def test_facts(tmp_path: Path) -> None:
    out = convert(ConvertOptions(llama=LLAMA, mert=MERT, adapter=FINETUNED, out=tmp_path / "out"))
    facts = describe(out)
    assert facts["encoder"]["kind"] == "mert"
    assert facts["encoder"]["hidden states"] == 5
    assert facts["language_model"] == {
        "kind": "llama", "layers": 4, "hidden": 64, "heads": 4, "vocabulary": 512
    }  # fmt: skip
    assert (facts["prompt"], facts["adapted_layers"], facts["lora_rank"]) == ("published", 3, 16)
    assert facts["sampling"] == {
        "repetition_penalty": 1.0,
        "temperature": 0.6,
        "top_k": 0,
        "top_p": 0.8,
        "min_p": 0.0,
        "max_new_tokens": 512,
        "seed": None,
    }
    assert set(facts["dtypes"]) == {"F16", "F32"}
    counts = facts["parameters"]
    assert counts["total"] == counts["encoder"] + counts["adapter"] + counts["language_model"]
    model, _ = load_model(out, dtype="float32")
    encoder = sum(p.numel() for p in model.encoder.parameters())
    assert counts["encoder"] == encoder
    assert torch.tensor(facts["bytes"]) > counts["total"] * 2
