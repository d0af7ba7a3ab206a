"""The types that products are computed in and weights are stored in, by their names in recipes."""

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Products in that precision; what trains stays in float32."""
    dtype = DTYPES[precision]
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)


def cast(tensor: torch.Tensor, precision: str) -> torch.Tensor:
    """A tensor in that precision; whole numbers stay as they are."""
    return tensor.to(DTYPES[precision]) if tensor.is_floating_point() else tensor
