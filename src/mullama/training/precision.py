"""The types that products are computed in and weights are stored in, by their names in recipes."""

import time

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Products in that precision; what trains stays in float32."""
    dtype = DTYPES[precision]
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)


def cast(tensor: torch.Tensor, precision: str) -> torch.Tensor:
    """A tensor in that precision; whole numbers stay as they are."""
    return tensor.to(DTYPES[precision]) if tensor.is_floating_point() else tensor


def slowed(device: torch.device, precision: str) -> float:
    """How many times as long a product takes in that precision as in float32; measured on a CPU.

    Without instructions for bfloat16 (avx512_bf16, AMX, ARM's bf16) it may be many times as long. 1 on
    other devices, which are not measured.
    """
    if device.type != "cpu" or precision == "float32":
        return 1.0
    return _seconds(DTYPES[precision]) / _seconds(torch.float32)


def _seconds(dtype: torch.dtype) -> float:
    """Of a product as long as a small language model's, at its quickest."""
    left, right = torch.ones(256, 512, dtype=dtype), torch.ones(512, 512, dtype=dtype)
    best = float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - begin)
    return best
