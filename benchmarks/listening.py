"""Seconds to hear a clip with a MERT-95M-size encoder on a CPU, beside the plain way.

    python benchmarks/listening.py [--seconds 30] [--repeats 3]

The plain way is transformers' HubertModel with eager attention, every hidden state kept, then
averaged. Weights are random; both ways share them, and the largest relative difference is shown.
"""

import argparse
from typing import Any

import torch
from machine import keep, machine, seconds
from torch import Tensor
from transformers import HubertModel

from mullama.config import MertConfig
from mullama.listen.encoders.mert import MertEncoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the clip")
    parser.add_argument("--repeats", type=int, default=3, help="runs, of which the best counts")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    limits = machine()
    torch.manual_seed(0)
    ours = MertEncoder(mert_95m()).eval().requires_grad_(False)
    plain = HubertModel._from_config(mert_95m(), attn_implementation="eager").eval()
    plain.requires_grad_(False).load_state_dict(ours.state_dict())
    clip = torch.randn(1, int(options.seconds * ours.config.sampling_rate)) * 0.1
    expected, heard = means(plain, clip), ours(clip)
    rate = limits["float32_gflop_per_second"] * 1e9
    rows = {}
    for name, action in (("plain", lambda: means(plain, clip)), ("ours", lambda: ours(clip))):
        spent = seconds(action, options.repeats)
        share = operations(ours.config, clip.shape[1]) / spent / rate
        rows[name] = {"seconds": spent, "share_of_matrix_rate": share}
        print(f"{name:6} {spent:7.2f} s for {options.seconds:g} s, {share:.0%} of the matrix rate")
    difference = float((heard - expected).abs().max() / expected.abs().max())
    ratio = rows["plain"]["seconds"] / rows["ours"]["seconds"]
    print(f"{ratio:.2f}x the plain way; largest relative difference {difference:.1e}")
    figures: dict[str, Any] = {"machine": limits, "clip_seconds": options.seconds, "rows": rows}
    keep("listening", figures | {"ratio": ratio, "largest_relative_difference": difference})


def mert_95m() -> MertConfig:
    return MertConfig(feat_proj_layer_norm=True, conv_bias=False, mask_time_prob=0.0)


def means(model: HubertModel, clip: Tensor) -> Tensor:
    """Float[1 samples] -> Float[1 states hidden]."""
    states = model(clip, output_hidden_states=True).hidden_states
    return torch.stack([state.mean(1) for state in states], 1)


def operations(config: MertConfig, samples: int) -> float:
    """Multiplications and additions of one pass over one clip, products and convolutions alone."""
    frames, channels, total = samples, 1, 0
    for width, kernel, stride in zip(
        config.conv_dim, config.conv_kernel, config.conv_stride, strict=True
    ):
        frames = (frames - kernel) // stride + 1
        total += frames * width * channels * kernel
        channels = width
    hidden, taps = config.hidden_size, config.num_conv_pos_embeddings
    total += frames * hidden * (channels + hidden // config.num_conv_pos_embedding_groups * taps)
    a_layer = 4 * hidden**2 + 2 * hidden * config.intermediate_size + 2 * frames * hidden
    return 2.0 * (total + config.num_hidden_layers * frames * a_layer)


if __name__ == "__main__":
    main()
