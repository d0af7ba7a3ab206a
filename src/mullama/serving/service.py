"""What all requests share: the engine, once it is loaded, the sounds, the limits, the figures."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from pathlib import Path

from mullama.answer.sampling import SamplingKeywords
from mullama.engine import Engine, EngineState, Question, Ticket
from mullama.errors import MuLlamaError
from mullama.serving.fetch import AudioFetcher
from mullama.serving.keys import ApiKeys
from mullama.serving.metrics import Metrics
from mullama.serving.pace import Pace
from mullama.serving.refusals import ApiError, as_api_error
from mullama.serving.room import Room
from mullama.serving.serve_options import ServeLimits, ServeOptions, nbytes
from mullama.serving.sound_store import SoundStore
from mullama.serving.sounds import Sounds

LOADING_RETRY_SECONDS = 5.0


class Stage(Enum):
    """Of a server's life."""

    LOADING = auto()
    READY = auto()
    CLOSING = auto()
    FAILED = auto()


class Service:
    """Loads an engine beside answering, and puts questions to it."""

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        options: ServeOptions,
        limits: ServeLimits,
        keys: ApiKeys,
        *,
        on_loaded: Callable[[Engine, Path], None] = lambda engine, folder: None,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        """Both are called from another thread: `on_loaded` with the engine and the folder of sounds, before
        questions are answered, `on_failure` when the engine cannot be opened.
        """
        self.options, self.limits, self.keys = options, limits, keys
        self.stage = Stage.LOADING
        self.ready = threading.Event()
        self.failure: BaseException | None = None
        self.created = int(time.time())
        self.pace = Pace(
            per_minute=limits.rate,
            max_requests=limits.max_requests,
            max_per_caller=limits.max_per_caller,
        )
        self.demo_pace = Pace(
            per_minute=0,
            max_requests=limits.max_requests,
            max_per_caller=limits.max_per_caller,
        )
        store = SoundStore(
            limits.stored_in,
            max_bytes=nbytes(limits.max_stored_mb),
            lifetime=limits.stored_hours * 3600,
        )
        fetcher = AudioFetcher(
            options.audio_host,
            max_bytes=nbytes(limits.max_upload_mb),
            seconds=limits.fetch_seconds,
            private=options.audio_private,
        )
        self.sounds = Sounds(store, fetcher)
        self.bodies = Room(nbytes(limits.max_bodies_mb))
        self.metrics = Metrics(self.pace, store.room, self.bodies, self._state)
        self._open_engine, self._on_loaded, self._on_failure = open_engine, on_loaded, on_failure
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine; raises ApiError while there is none."""
        if self._engine is None or self.stage is not Stage.READY:
            closing = self.stage is Stage.CLOSING
            raise ApiError(
                503,
                "the server is shutting down" if closing else "the model is being loaded",
                code="shutting_down" if closing else "loading",
                retry_after=LOADING_RETRY_SECONDS,
            )
        return self._engine

    @property
    def model_name(self) -> str:
        """What clients call the model."""
        return self.options.served_name or Path(self.engine.mu.name).name

    def start(self) -> None:
        """Load the model, in a thread of its own."""
        threading.Thread(target=self._load, name="mullama-load", daemon=True).start()

    def submit(
        self,
        audio: str | None,
        question: str,
        *,
        caller: str,
        sampling: SamplingKeywords,
        param: str,
        top_logprobs: int = 0,
    ) -> Ticket:
        """Put a question to the engine; raises ApiError, about `param`, where it is not taken."""
        engine = self.engine
        longest = self.limits.max_answer
        if (asked := sampling.get("max_new_tokens")) is None:
            asked = min(longest, engine.mu.sampling().max_new_tokens)
        elif asked > longest:
            raise ApiError(
                400,
                f"an answer has at most {longest} tokens here",
                param="max_completion_tokens",
                code="invalid_value",
            )
        sampling = {**sampling, "max_new_tokens": asked}
        try:
            return engine.submit(
                Question(audio, question),
                caller=caller,
                timeout=self.limits.answer_seconds,
                top_logprobs=top_logprobs,
                **sampling,
            )
        except MuLlamaError as error:
            raise as_api_error(error, param=param) from error

    def submit_choices(
        self,
        audio: str | None,
        question: str,
        choices: Sequence[str],
        *,
        min_probability: float,
        caller: str,
    ) -> Ticket:
        """Put a question with choices to the engine; raises ApiError where it is not taken."""
        try:
            return self.engine.submit(
                Question(audio, question),
                caller=caller,
                timeout=self.limits.answer_seconds,
                choices=choices,
                min_probability=min_probability,
            )
        except MuLlamaError as error:
            raise as_api_error(error, param="choices") from error

    async def drain(self) -> None:
        """Take nothing more; finish what runs, as long as may be, and refuse the rest."""
        self.stage = Stage.CLOSING
        if self._engine is not None:
            await asyncio.to_thread(
                self._engine.close, drain=True, timeout=self.limits.drain_seconds
            )

    def close(self) -> None:
        """Refuse whatever is left, and delete the sounds."""
        self.stage = Stage.CLOSING
        if self._engine is not None:
            self._engine.close(drain=False)
        self.sounds.store.close()

    def _load(self) -> None:
        try:
            engine = self._open_engine()
            engine.warm_up()
            self._on_loaded(engine, self.sounds.store.folder)
        except BaseException as error:  # noqa: BLE001  reported by whoever runs the server
            self.failure, self.stage = error, Stage.FAILED
            self._on_failure()
            return
        self._engine = engine
        if self.stage is Stage.LOADING:
            self.stage = Stage.READY
            self.ready.set()
        else:
            engine.close(drain=False)

    def _state(self) -> EngineState | None:
        return None if self._engine is None else self._engine.state
