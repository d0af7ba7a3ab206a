"""Any app of Gradio that takes a sound and a question and answers in text; by default as LTU's demo does.

LTU (arXiv 2305.10790; YuanGongND/ltu, src/ltu/inference_gradio.py at bd646a4) is called as /predict with
a file, or none, and the question; it returns a note on the audio and the answer, and hears ten seconds at
16 kHz. LTU-AS (arXiv 2309.14405) takes four arguments: `{audio},,{question},7B (Default)`.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from urllib.parse import urlsplit

from mullama.errors import MissingExtraError, UsageError
from mullama.evaluation.systems.registry import value_of
from mullama.evaluation.systems.remote import Outage, UnansweredError, unreachable
from mullama.evaluation.systems.sent_sound import wav_bytes
from mullama.evaluation.systems.system import Reply, Request, System, as_json, checked, each
from mullama.musicqa.writers.address import Address, EndpointError
from mullama.musicqa.writers.endpoint import FIRST_WAIT, MAX_EXPLANATION, MAX_WAIT
from mullama.musicqa.writers.redact import redactor
from mullama.options import Bounds, Options

if TYPE_CHECKING:
    from gradio_client import Client

AUDIO, QUESTION = "{audio}", "{question}"
TOKEN = "HF_TOKEN"
"""Environment variable."""
HOW = ("concurrency", "timeout", "retries", "hf_token")
"""Options that change no answer."""


@dataclass(frozen=True, kw_only=True)
class GradioOptions(Options):
    """Which app, and how it is called."""

    url: str
    """Of the app; a Space's is https://OWNER-NAME.hf.space."""
    api_name: str = "/predict"
    """Which function of the app."""
    fn_index: Annotated[int, Bounds(0)] | None = None
    """The same by its number, for an app that names none."""
    arguments: tuple[str, ...] | str = f"{AUDIO},{QUESTION}"
    """In order, between commas: {audio}, {question}, and values that stay the same."""
    output: Annotated[int, Bounds(-1, 1000)] = -1
    """Which of the outputs is the answer, counted from 0; -1 is the last."""
    after: str = ""
    """The answer stands behind this in the output, for apps that repeat the prompt."""
    rate: Annotated[int, Bounds(0, 192_000)] = 16_000
    """Hz of the wav file that is sent; 0 sends the file as it is."""
    seconds: Annotated[float, Bounds(0.1, 86_400)] | None = None
    """Send only so much of the beginning."""
    max_bytes: Annotated[int, Bounds(1000, 1 << 30)] = 30_000_000
    """Of a file that is sent; LTU's demo takes no larger one."""
    hf_token: bool = False
    """Send HF_TOKEN of the environment, for a private Space of one's own."""
    concurrency: Annotated[int, Bounds(1, 32)] = 1
    """Questions under way at a time."""
    timeout: Annotated[float, Bounds(0.001, 86_400)] = 300.0
    """Seconds without an answer."""
    retries: Annotated[int, Bounds(0, 1000)] = 3
    """How often a question is put again when the app cannot be reached."""


class GradioApp(System):
    """A remote app, called through its public interface. What it returns is text, or no answer."""

    options_type: ClassVar[type[Options]] = GradioOptions

    def __init__(self, options: Any = None, items: Sequence[Any] = ()) -> None:
        super().__init__(options, items)
        Address(self.options.url, self.options.api_name)  # raises UsageError where it is none
        self.concurrency = self.options.concurrency
        self._arguments = _arguments(self.options.arguments)
        self._token = _token(self.options)
        self._redact = redactor(self._token)
        self._outage = Outage(self.options.url)
        self._connecting = Lock()
        self._connected: Client | None = None

    def describe(self) -> dict[str, Any]:
        """Address and function; whether the model behind them is the same, nobody tells."""
        options = as_json(self.options)
        return {**{k: v for k, v in options.items() if k not in HOW}, "arguments": self._arguments}

    def missing(self) -> list[str]:
        """A server that listens."""
        return [*super().missing(), *unreachable(self.options.url)]

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """One after another: `concurrency` tells how many threads may come."""
        require_client()
        return each(self._reply, requests)

    def _reply(self, request: Request) -> Reply:
        """Raises AudioError, EndpointError, or UnansweredError where the app refuses this one."""
        with self._sent(request.audio) as sound:
            values = {AUDIO: sound, QUESTION: request.question}
            call = [values.get(name, value_of(name)) for name in self._arguments]
            with self._outage.watch():
                found = self._ask(call)
        return Reply(self._redact(self._text(found)))

    def _text(self, found: Any) -> str:
        """The answer in what the app returned; raises UnansweredError or UsageError where there is none."""
        outputs, place = found if isinstance(found, list | tuple) else [found], self.options.output
        text = outputs[place] if place < len(outputs) else None
        after = self.options.after
        if not isinstance(text, str):
            raise UnansweredError(f"output {place} of {len(outputs)} of the app is no text")
        if after and after not in text:
            raise UnansweredError(f"{after!r} is not in what the app says")
        return checked(text.rpartition(after)[2] if after else text)

    def _ask(self, call: list[Any]) -> Any:
        """What the app returns; put again where it could not be reached."""
        wait = FIRST_WAIT
        for left in reversed(range(self.options.retries + 1)):
            try:
                return self._ask_once(call)
            except EndpointError:
                self._disconnect()
                if not left:
                    raise
            time.sleep(wait)
            wait = min(2 * wait, MAX_WAIT)
        raise AssertionError  # the last try returns or raises

    def _ask_once(self, call: list[Any]) -> Any:
        where = {"api_name": self.options.api_name}
        if self.options.fn_index is not None:
            where = {"fn_index": self.options.fn_index}
        try:
            job = self._client().submit(*call, **where)
            return job.result(timeout=self.options.timeout)
        except EndpointError:
            raise
        except TimeoutError as error:
            raise EndpointError(f"no answer in {self.options.timeout:g} s") from error
        except (ValueError, TypeError) as error:  # also what the app itself raised
            raise UnansweredError(self._explain(error)) from error
        except Exception as error:
            raise EndpointError(f"{self.options.url}: {self._explain(error)}") from error

    @contextmanager
    def _sent(self, audio: Path | None) -> Iterator[Any]:
        """The argument for a sound: a file of this machine, never a URL; None where there is none."""
        from gradio_client import handle_file

        options = self.options
        if audio is None:
            yield None
            return
        if options.rate == 0 and options.seconds is None:
            yield handle_file(audio.absolute())
            return
        content = wav_bytes(
            audio,
            rate=options.rate or 16_000,
            seconds=options.seconds,
            max_bytes=options.max_bytes,
        )
        with tempfile.TemporaryDirectory(prefix="sent-") as folder:
            path = Path(folder) / "audio.wav"
            path.write_bytes(content)
            yield handle_file(path)

    def _client(self) -> "Client":
        """One for all threads. Raises EndpointError where the app cannot be reached."""
        with self._connecting:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    def _connect(self) -> "Client":
        # The client reports its use to its makers unless this says no; its own argument does not.
        os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
        try:
            client = require_client()(
                self.options.url,
                # None would send the token that is stored on this machine, whosoever's app it is.
                token=self._token or False,
                verbose=False,
                download_files=False,
                analytics_enabled=False,
                httpx_kwargs={"timeout": self.options.timeout},
            )
        except Exception as error:
            raise EndpointError(f"{self.options.url}: {self._explain(error)}") from error
        if urlsplit(client.src_prefixed)[:2] != urlsplit(self.options.url)[:2]:
            raise EndpointError(f"{self.options.url} wants files to be sent to another server")
        return client

    def _disconnect(self) -> None:
        with self._connecting:
            if self._connected is not None:
                self._connected.close()
            self._connected = None

    def _explain(self, error: Exception) -> str:
        said = " ".join(self._redact(str(error)).split())[:MAX_EXPLANATION]
        return said or type(error).__name__


def require_client() -> "type[Client]":
    """The client's class; raises MissingExtraError where it is not installed."""
    try:
        from gradio_client import Client
    except ImportError as error:
        raise MissingExtraError("gradio_client", "evaluate", "asking a Gradio app") from error
    return Client


def _arguments(given: tuple[str, ...] | str) -> list[str]:
    """Raises UsageError where the question would not be sent."""
    names = given.split(",") if isinstance(given, str) else list(given)
    if QUESTION not in names or names.count(AUDIO) > 1:
        raise UsageError(f"arguments: expected {QUESTION} and at most one {AUDIO} in {names}")
    return names


def _token(options: GradioOptions) -> str:
    """Empty where none is to be sent. Raises UsageError where there is none, or it would go in the open."""
    if not options.hf_token:
        return ""
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise UsageError(f"hf_token: {TOKEN} is not set in the environment")
    if urlsplit(options.url).scheme != "https":
        raise UsageError("hf_token: a token is sent by https alone")
    return token
