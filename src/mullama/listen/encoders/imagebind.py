"""A clip of two seconds becomes a point in ImageBind's shared space: its audio branch.

ImageBind (Girdhar et al. 2023, arXiv 2305.05665), as LLaMA-Adapter hears with it: a log-mel picture cut
into overlapping patches, a pre-norm transformer, its class token projected. Of a piece three clips are
heard, at its start, in its middle and at its end, and of several channels the first one: so the published
adapter was trained.
"""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers import initialization as init

from mullama.config import ImageBindConfig
from mullama.listen.audio.reader import AudioReader
from mullama.listen.audio.samples import Waveform
from mullama.listen.encoders.encoder import EncoderModel
from mullama.listen.encoders.kaldi_fbank import frame_samples, kaldi_fbank
from mullama.listen.windows import Span, check_length, spread_spans

CLIPS = 3
BANDS, FRAMES = 128, 204
"""Of the picture; two seconds give fewer frames, and zeros fill it up."""
PATCH, STRIDE = 16, 10
POSITIONS = 1 + ((BANDS - PATCH) // STRIDE + 1) * ((FRAMES - PATCH) // STRIDE + 1)
"""The class token, and the patches, band by band."""
USUAL_LEVEL, LEVEL_SPREAD = -4.268, 9.138
"""About the mean and the deviation of a log-mel band; what fills a picture up is scaled with it."""
TRUNK_EPS = 1e-6
"""Of every norm but the patches', which has torch's own."""
LOG_SCALE, MAX_SCALE = math.log(20.0), 100.0
"""Of a new embedding's length, and the longest."""


class PatchStem(nn.Module):
    """Overlapping squares of the picture -> tokens, a learned one in front, each with its place."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.projection = nn.Conv2d(1, width, PATCH, STRIDE, bias=False)
        self.norm = nn.LayerNorm(width)
        self.class_token = nn.Parameter(torch.empty(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, POSITIONS, width))

    def forward(
        self, pictures: Float[Tensor, "window bands frames"]
    ) -> Float[Tensor, "window tokens width"]:
        patches = self.norm(self.projection(pictures[:, None]).flatten(2).transpose(1, 2))
        tokens = torch.cat([self.class_token.expand(len(patches), -1, -1), patches], dim=1)
        return tokens + self.positions


class ImageBindBlock(nn.Module):
    """Attention, in which one learned key and value take part, and a feed-forward block."""

    def __init__(self, config: ImageBindConfig) -> None:
        super().__init__()
        width, inner = config.trunk_width, config.trunk_intermediate
        self.norm_1 = nn.LayerNorm(width, eps=TRUNK_EPS)
        self.attention = nn.MultiheadAttention(
            width, config.trunk_heads, add_bias_kv=True, batch_first=True
        )
        self.norm_2 = nn.LayerNorm(width, eps=TRUNK_EPS)
        self.up_proj = nn.Linear(width, inner)
        self.down_proj = nn.Linear(inner, width)

    def forward(
        self, x: Float[Tensor, "window tokens width"]
    ) -> Float[Tensor, "window tokens width"]:
        n = self.norm_1(x)
        x = x + self.attention(n, n, n, need_weights=False)[0]
        return x + self.down_proj(functional.gelu(self.up_proj(self.norm_2(x))))


class ImageBindEncoder(EncoderModel, PreTrainedModel):
    """Encodes clips of 25 ms or more; its one state is the embedding."""

    config_class = ImageBindConfig
    main_input_name = "windows"
    _supports_sdpa = True
    published_seconds = math.inf
    log_scale: Tensor

    def __init__(self, config: ImageBindConfig) -> None:
        super().__init__(config)
        self.stem = PatchStem(config.trunk_width)
        self.blocks = nn.ModuleList(ImageBindBlock(config) for _ in range(config.trunk_layers))
        self.norm = nn.LayerNorm(config.trunk_width, eps=TRUNK_EPS)
        self.head = nn.Linear(config.trunk_width, config.hidden_size, bias=False)
        self.register_buffer("log_scale", torch.zeros(()))
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        if isinstance(module, PatchStem):
            init.normal_(module.class_token, std=self.config.initializer_range)
            init.normal_(module.positions, std=self.config.initializer_range)
        elif isinstance(module, nn.MultiheadAttention):
            for learned in (module.bias_k, module.bias_v):
                if learned is not None:
                    init.xavier_normal_(learned)
        elif isinstance(module, ImageBindEncoder):
            init.constant_(module.log_scale, LOG_SCALE)

    @property
    def min_samples(self) -> int:
        """Samples of one frame."""
        return frame_samples(self.config.sampling_rate)

    def windows(self, sound: AudioReader) -> Iterator[Waveform]:
        """The three clips; the sound is read twice, because its length decides where they lie."""
        length = sum(len(block) for block in sound.frames())
        spans, at = self._spans(length, sound.name), 0
        clips = [torch.empty(2, end - start) for start, end in spans]
        for block in sound.frames():
            pair = torch.stack([torch.from_numpy(block[:, 0]), torch.from_numpy(block.mean(1))])
            for (start, end), clip in zip(spans, clips, strict=True):
                first, last = max(start, at), min(end, at + len(block))
                if first < last:
                    clip[:, first - start : last - start] = pair[:, first - at : last - at]
            at += len(block)
        heard = sum(end - start for start, end in spans)
        sound.seconds_heard = min(heard, length) / sound.rate
        for clip in centre(clips, spans):
            yield clip.numpy()

    def split(self, clip: Float[Tensor, " samples"]) -> list[Float[Tensor, " _"]]:
        """The three clips of one channel."""
        spans = self._spans(len(clip), "the sound")
        return centre([clip[start:end].expand(2, -1).clone() for start, end in spans], spans)

    def _spans(self, length: int, name: str) -> list[Span]:
        rate = self.config.sampling_rate
        check_length(length, self.min_samples, rate, name)
        spans = spread_spans(length, rate, self.config.window_seconds, CLIPS)
        # A sound of one clip is heard once: three equal embeddings have the same mean.
        return spans[:1] if len(set(spans)) == 1 else spans

    def forward(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """Clips at the configured rate -> their scaled embeddings, float32."""
        x = self.stem(picture(windows, self.config.sampling_rate).to(self.dtype))
        for block in self.blocks:
            x = block(x)
        unit = functional.normalize(self.head(self.norm(x[:, 0])).float(), dim=-1)
        return (unit * self.log_scale.float().exp().clamp_max(MAX_SCALE))[:, None]


def picture(
    windows: Float[Tensor, "window samples"], rate_hz: int
) -> Float[Tensor, "window bands frames"]:
    """Clips -> what the stem is given: log-mel bands, filled up with zeros, then scaled."""
    bands = kaldi_fbank(windows, rate_hz, BANDS)[..., :FRAMES]
    filled = functional.pad(bands, (0, FRAMES - bands.shape[-1]))
    return (filled - USUAL_LEVEL) / LEVEL_SPREAD


def centre(clips: list[Float[Tensor, "2 _"]], spans: list[Span]) -> list[Float[Tensor, " _"]]:
    """Clips (the first channel and the mean of all) without their mean -> the first channel.

    One after another in one buffer, as published: what clips share lacks the mean of the ones before.
    It shows where frames straddle an edge of the overlap and a sound has a constant offset.
    """
    done: list[Tensor] = []
    for number, (clip, (start, end)) in enumerate(zip(clips, spans, strict=True)):
        mean = clip[1].mean()
        done.append(clip[0] - mean)
        for later, (after, last) in zip(clips[number + 1 :], spans[number + 1 :], strict=True):
            later[:, max(0, start - after) : max(0, min(end, last) - after)] -= mean
    return done
