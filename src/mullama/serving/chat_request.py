"""The body of /v1/chat/completions -> a checked request, in the shape that OpenAI's clients send.

Options of sampling have the names and the bounds of `Sampling`, and OpenAI's names beside them. What this
server cannot do is refused by the name of its field, never dropped. Knows neither sounds nor engines.
"""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mullama.answer.choice import MAX_CHOICES
from mullama.answer.sampling import Sampling, SamplingKeywords
from mullama.options.declare import Bounds, alternatives, options_of, unwrap
from mullama.serving.refusals import ApiError

NEUTRAL: dict[str, tuple[Any, ...]] = {
    "audio": (),
    "frequency_penalty": (0,),
    "function_call": ("none", "auto"),
    "functions": ([],),
    "logit_bias": ({},),
    "modalities": (["text"],),
    "moderation": (),
    "parallel_tool_calls": (True, False),
    "prediction": (),
    "presence_penalty": (0,),
    "prompt_cache_options": (),
    "prompt_cache_retention": (),
    "reasoning_effort": ("none",),
    "response_format": ({"type": "text"},),
    "service_tier": ("auto", "default"),
    "store": (False,),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
    "verbosity": ("medium",),
    "web_search_options": (),
}
"""OpenAI's field that is not supported -> the values that ask for nothing; null is always one."""
LABELS = ("metadata", "prompt_cache_key", "safety_identifier", "user")
"""OpenAI's fields that label a request and change no answer."""
UNCHOSEN = (
    "stream",
    "n",
    "stop",
    "logprobs",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "repetition_penalty",
    "seed",
)
"""Fields that say how an answer is written, or how it comes."""
MAX_STOPS = 4
MAX_MESSAGES = 1000
MAX_PARTS = 100
MAX_TOP_LOGPROBS = 20
"""As in OpenAI's API."""


class Strict(BaseModel):
    """Nothing is guessed, and an unknown field is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


def option_field(name: str) -> Any:
    """An option of `Sampling` as a field that may be left out: the model's own value then holds."""
    option = options_of(Sampling)[name]
    hint, bounds = unwrap(option.hint)
    if bounds is None:
        _, bounds = unwrap(alternatives(hint)[0][0])
    assert isinstance(bounds, Bounds), name
    high = None if bounds.high == math.inf else bounds.high
    return Field(default=None, description=option.doc, ge=bounds.low, le=high)


class TextPart(Strict):
    """Words."""

    type: Literal["text"]
    text: str


class InputAudio(Strict):
    """A sound in base64."""

    data: str
    format: str = Field(
        default="", max_length=40, description="wav, mp3, ...; the sound's own first bytes decide"
    )


class InputAudioPart(Strict):
    """A sound that travels in the request."""

    type: Literal["input_audio"]
    input_audio: InputAudio


class AudioUrl(Strict):
    """Where a sound is."""

    url: str = Field(description="data:, or http(s): of a server that may be fetched from")


class AudioUrlPart(Strict):
    """A sound by its address."""

    type: Literal["audio_url"]
    audio_url: AudioUrl


class FileReference(Strict):
    """An uploaded file, or a file in the request."""

    file_id: str | None = Field(default=None, description="what POST /v1/files answered")
    file_data: str | None = Field(default=None, description="base64, or a data: URL")
    filename: str | None = Field(default=None, max_length=255)

    @model_validator(mode="after")
    def _one(self) -> "FileReference":
        if (self.file_id is None) == (self.file_data is None):
            raise ValueError("give file_id or file_data, one of them")
        return self


class FilePart(Strict):
    """A sound that was uploaded."""

    type: Literal["file"]
    file: FileReference


SoundPart = InputAudioPart | AudioUrlPart | FilePart
Part = Annotated[TextPart | InputAudioPart | AudioUrlPart | FilePart, Field(discriminator="type")]


class Message(Strict):
    """One turn of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | Annotated[list[Part], Field(max_length=MAX_PARTS)] | None = None
    name: str | None = None
    # An assistant's turn as this server or another sent it, which is not read.
    refusal: Any = None
    annotations: Any = None
    audio: Any = None
    tool_calls: Any = None
    function_call: Any = None
    tool_call_id: Any = None

    @property
    def parts(self) -> list[Part]:
        """The content, one part where it is only text."""
        if isinstance(self.content, str):
            return [TextPart(type="text", text=self.content)]
        return self.content or []


class StreamOptions(Strict):
    """What a stream tells beside the text."""

    include_usage: bool = False
    include_obfuscation: Literal[False] = False


class ChatRequest(Strict):
    """A question about a piece of music."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=None, ge=1, description="answers; seeds go up by one")
    stop: str | Annotated[list[str], Field(max_length=MAX_STOPS)] | None = Field(
        default=None, description="text before which an answer ends"
    )
    logprobs: bool | None = Field(default=None, description="of the tokens that were taken")
    top_logprobs: int | None = Field(
        default=None, ge=0, le=MAX_TOP_LOGPROBS, description="likeliest tokens beside each of those"
    )
    max_tokens: int | None = Field(default=None, ge=1, description="as max_completion_tokens")
    max_completion_tokens: int | None = option_field("max_new_tokens")
    temperature: float | None = option_field("temperature")
    top_p: float | None = option_field("top_p")
    top_k: int | None = option_field("top_k")
    min_p: float | None = option_field("min_p")
    repetition_penalty: float | None = option_field("repetition_penalty")
    seed: int | None = option_field("seed")
    choices: Annotated[list[str], Field(min_length=2, max_length=MAX_CHOICES)] | None = Field(
        default=None,
        description="answer by one of these; mullama.choices tells how probable each is",
    )
    min_probability: float | None = Field(
        default=None, ge=0, le=1, description="of a choice, else the answer is 'cannot tell'"
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unsupported(cls, values: Any) -> Any:
        """Take out the fields that ask for nothing; refuse those that ask for what there is not."""
        if not isinstance(values, dict):
            return values
        for name, neutral in NEUTRAL.items():
            value = values.get(name)
            if value is not None and not any(_same(value, other) for other in neutral):
                raise ApiError(
                    422,
                    f"this server cannot do what {name} asks for: leave it out",
                    param=name,
                    code="unsupported_parameter",
                )
        unread = {*NEUTRAL, *LABELS}
        return {key: value for key, value in values.items() if key not in unread}

    @field_validator("stop")
    @classmethod
    def _no_empty_stop(cls, stop: str | list[str] | None) -> str | list[str] | None:
        if stop is not None and not all([stop] if isinstance(stop, str) else stop):
            raise ValueError("a stop text must not be empty")
        return stop

    @model_validator(mode="after")
    def _choices_alone(self) -> "ChatRequest":
        """Choices are not written token by token: refuse what would say how."""
        if self.choices is None:
            if self.min_probability is not None:
                raise _unsuitable(
                    "min_probability", "min_probability is for choices: give them too"
                )
            return self
        for name in UNCHOSEN:
            # Neither a stream that is not wanted nor one answer asks for anything.
            if (value := getattr(self, name)) is not None and value is not False:
                if name == "n" and value == 1:
                    continue
                raise _unsuitable(name, f"choices go without {name}: leave one of the two out")
        return self

    @model_validator(mode="after")
    def _logprobs_are_asked_for(self) -> "ChatRequest":
        if self.top_logprobs and not self.logprobs:
            raise ApiError(
                400, "top_logprobs wants logprobs: true", param="top_logprobs", code="invalid_value"
            )
        return self

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts before which an answer ends."""
        if self.stop is None:
            return ()
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop)

    def sampling(self, choice: int) -> SamplingKeywords:
        """Those of the n-th answer: each has its own seed."""
        longest = (
            self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens
        )
        return {
            "repetition_penalty": self.repetition_penalty,
            "temperature": self.temperature,
            "top_k": self.top_k,
            "top_p": self.top_p,
            "min_p": self.min_p,
            "max_new_tokens": longest,
            "seed": None if self.seed is None else (self.seed + choice) % 2**63,
        }


def _unsuitable(name: str, message: str) -> ApiError:
    return ApiError(422, message, param=name, code="unsupported_parameter")


def _same(value: Any, other: Any) -> bool:
    """Equal as JSON has it: true is not 1."""
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)
