"""mullama in `llm`, Simon Willison's command line: `llm -m mullama "Which instruments play?" -a song.mp3`.

A module of the entry point group `llm`. That command loads it whatever it was asked for, so that torch
comes with the first question. What is attached is a file or bytes; an address is never fetched.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llm
from pydantic import Field, create_model

from mullama.answer.answer import CAPTIONS
from mullama.answer.sampling import Sampling
from mullama.errors import UsageError
from mullama.load_options import LoadOptions
from mullama.options import from_mapping, given, options_of
from mullama.options.declare import alternatives, unwrap
from mullama.printable import printable

if TYPE_CHECKING:
    from mullama.engine import Engine
    from mullama.song import Song

MAX_ATTACHED_BYTES = 1 << 28
"""Of what comes as bytes, by a pipe say; a file is read piece by piece, whatever its size."""
SOUND_TYPES = frozenset(
    f"audio/{name}"
    for name in (
        "aac", "ac3", "aiff", "flac", "m4a", "mp3", "mp4", "mpeg", "ogg", "opus", "vorbis", "wav",
        "wave", "webm", "x-aiff", "x-au", "x-caf", "x-flac", "x-m4a", "x-ms-wma", "x-wav",
        "x-wavpack",
    )
) | {"application/ogg"}  # fmt: skip
FILM_TYPES = frozenset(
    f"video/{name}"
    for name in (
        "avi", "mp4", "mpeg", "ogg", "quicktime", "webm", "x-flv", "x-matroska", "x-ms-wmv",
    )
)  # fmt: skip
"""Whose sound track is listened to; sound alone is in such a container too."""
RESERVED = "prompt"
"""An option of ours whose name means something else to `llm`; the model's own template is used."""


@llm.hookimpl
def register_models(register: Callable[[llm.Model], None]) -> None:
    """Called by `llm` when it looks for models."""
    register(MuLlamaModel())


def _field(hint: Any, doc: str) -> tuple[Any, Any]:
    """An option as a field of pydantic, None where it was not given; its bounds are checked by us."""
    members, _ = alternatives(unwrap(hint)[0])
    kinds = {str if unwrap(member)[0] is Path else unwrap(member)[0] for member in members}
    return reduce(or_, kinds, None), Field(default=None, description=doc)


def _fields() -> dict[str, Any]:
    options = {**options_of(LoadOptions), **options_of(Sampling)}
    found = {name: _field(option.hint, option.doc) for name, option in options.items()}
    del found[RESERVED]
    return found


class MuLlamaModel(llm.Model):
    """The small model, or the one of `-o model DIR`; each question is answered for itself."""

    model_id = "mullama"
    can_stream = True
    attachment_types = SOUND_TYPES | FILM_TYPES
    Options: Any = create_model("Options", __base__=llm.Options, **_fields())

    def execute(
        self,
        prompt: llm.Prompt,
        stream: bool,
        response: llm.Response,
        conversation: llm.Conversation | None = None,
    ) -> Iterator[str]:
        """The answer, in pieces if it is streamed. Raises UsageError and AudioError."""
        if prompt.system:
            raise UsageError("mullama takes no system prompt: put all of it into the question")
        asked = {name: value for name, value in prompt.options if value is not None}
        sampling: Any = given(
            Sampling, {n: asked.pop(n) for n in options_of(Sampling) if n in asked}
        )
        attached = _attached(prompt, conversation)
        engine = _engine(from_mapping(LoadOptions, asked))
        with _as_file(attached) as path:
            song = engine.song(path)
        question = prompt.prompt or CAPTIONS["short"]
        if stream:
            yield from song.stream(question, **sampling)
            return
        answer = song.ask(question, **sampling)
        response.set_usage(output=len(answer.token_ids))
        yield answer.text


@lru_cache(maxsize=1)
def _engine(options: LoadOptions) -> "Engine":
    """Opened once for all questions of a chat, with the songs that it listened to."""
    from mullama.engine import Engine
    from mullama.open_model import open_model

    return Engine(open_model(options), on_listened=_print_warnings)


def _print_warnings(song: "Song") -> None:
    for warning in song.warnings:
        print(f"mullama: warning: {warning}", file=sys.stderr)


def _attached(prompt: llm.Prompt, conversation: llm.Conversation | None) -> llm.Attachment:
    """The file of this question, or else the last one of the conversation.

    Raises UsageError where there is none or there are several.
    """
    attached = next(filter(None, _turns(prompt, conversation)), [])
    if not attached:
        raise UsageError("no music is attached: add -a FILE, or --at FILE audio/mpeg")
    if len(attached) > 1:
        raise UsageError(f"{len(attached)} files are attached: ask about one at a time")
    return attached[0]


def _turns(
    prompt: llm.Prompt, conversation: llm.Conversation | None
) -> Iterator[list[llm.Attachment]]:
    """What is attached to each turn, the last one first."""
    yield prompt.attachments
    for message in reversed(getattr(prompt, "messages", [])):
        yield [part.attachment for part in message.parts if hasattr(part, "attachment")]
    # Older releases know earlier turns as responses alone; one from a log has its attachments itself.
    for response in reversed(conversation.responses if conversation else []):
        yield response.attachments or response.prompt.attachments


@contextmanager
def _as_file(attached: llm.Attachment) -> Iterator[Path]:
    """Where the attachment lies: where it was, or in a folder that is removed again.

    Raises UsageError for an address, and for more bytes than are taken.
    """
    if attached.path:
        yield Path(attached.path)
        return
    if attached.url:
        raise UsageError(f"{printable(attached.url)} is not fetched: attach a file")
    content = attached.content or b""
    if len(content) > MAX_ATTACHED_BYTES:
        raise UsageError(
            f"{len(content) >> 20} MiB are attached: up to {MAX_ATTACHED_BYTES >> 20} are taken, or a file"
        )
    with tempfile.TemporaryDirectory(prefix="mullama-") as folder:
        path = Path(folder, "attachment")
        path.write_bytes(content)
        yield path
