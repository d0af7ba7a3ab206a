"""A MuLlama that hears here and whose language model is elsewhere: every way of asking goes there.

Of the model's folder the encoder, the bridge, the gates, and value and output projections of the adapted
layers are read.
"""

import queue
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing

from mullama.answer.decoder import StockDecoder
from mullama.answer.decoding import Token
from mullama.answer.likelihood import go_on
from mullama.answer.rolling import RollingBatch, Row
from mullama.answer.sampling import Sampling
from mullama.answer_options import AnswerOptions
from mullama.checkpoints.base import with_base
from mullama.checkpoints.export.language_digest import language_digest
from mullama.checkpoints.export.song_adapter import adapter_maker
from mullama.checkpoints.model_folder import read_model_folder
from mullama.checkpoints.shipped import model_name
from mullama.checkpoints.store import open_listener, resolve
from mullama.engine.vllm.address import checked_url
from mullama.engine.vllm.far import Far
from mullama.engine.vllm.shelf import Place
from mullama.errors import UsageError
from mullama.load_options import LoadOptions
from mullama.open_model import read_retrieval
from mullama.song import MuLlama, Song

Coming = queue.SimpleQueue[tuple[Token | None, bool] | BaseException]
"""Of one row: tokens, each with whether it is the last, None for the end; or what went wrong."""
MAX_TEMPERATURE = 2.0
MAX_LOGPROBS = 20
"""What vLLM 0.32.0 takes, unless it is told otherwise."""


class Listener(MuLlama):
    """Asks the server that `far` is connected to."""

    far: Far

    def row(self, question: str, sampling: Sampling, *, top_logprobs: int = 0) -> Row:
        """As `MuLlama.row`. Raises UsageError for what vLLM does not do, too."""
        if sampling.temperature > MAX_TEMPERATURE:
            raise UsageError(
                f"vLLM, which answers here, has temperatures up to {MAX_TEMPERATURE:g}"
            )
        if top_logprobs > MAX_LOGPROBS:
            raise UsageError(f"vLLM, which answers here, tells {MAX_LOGPROBS} tokens at each place")
        return super().row(question, sampling, top_logprobs=top_logprobs)

    def steps(
        self, songs: Sequence[Song], questions: Sequence[str], sampling: Sampling
    ) -> Iterator[list[Token | None]]:
        """As `MuLlama.steps`; all rows are on their way at once."""
        if len(songs) != len(questions):
            raise UsageError(f"{len(songs)} songs and {len(questions)} questions do not pair up")
        rows = [self.row(question, sampling) for question in questions]
        asked = [(row, song, Coming()) for row, song in zip(rows, songs, strict=True)]
        running = [self.far.begin(self._ask(*each)) for each in asked]
        try:
            going = {number: coming for number, (*_, coming) in enumerate(asked)}
            while going:
                made = {number: _next(coming) for number, coming in going.items()}
                going = {number: going[number] for number, (_, last) in made.items() if not last}
                yield [made[number][0] if number in made else None for number in range(len(rows))]
        finally:
            for one in running:
                one.cancel()

    def score(
        self,
        songs: Sequence[Song],
        prompts: Sequence[Sequence[int]],
        answers: Sequence[tuple[int, Sequence[int]]],
        *,
        margins: Sequence[float] | None = None,
        between: Callable[[], None] = go_on,
    ) -> list[float]:
        """As `MuLlama.score`; all is asked for at once, whatever the margins."""
        between()
        return self.far.wait(self.far.likelihoods(songs, prompts, answers))

    def batch(self) -> RollingBatch:
        """There is none. Raises UsageError."""
        raise UsageError("answers are made elsewhere: there is no batch here")

    async def _ask(self, row: Row, song: Song, coming: Coming) -> None:
        held: Token | None = None  # until it is known whether it is the last
        try:
            async with aclosing(self.far.tokens(row, song)) as tokens:
                async for token in tokens:
                    if held is not None:
                        coming.put((held, False))
                    held = token
        except BaseException as error:
            coming.put(error)
            raise
        if held is not None:
            coming.put((held, row.finished == "length"))
        if row.finished == "stop":
            coming.put((None, True))


def open_remote(model: LoadOptions, answers: AnswerOptions, *, at_once: int) -> Listener:
    """Open what hears, and connect to what answers, `at_once` answers at a time.

    Raises CheckpointError, UsageError, EngineFailed, Unavailable.
    """
    if model.decoder is not None:
        raise UsageError("--decoder is for answers that are made here")
    base = checked_url(answers.url)
    digest = language_digest(with_base(read_model_folder(resolve(model.model)), model.base))
    hearing, tokenizer = open_listener(model.model, model.dtype, model.device, model.base)
    mu = Listener(
        hearing,
        tokenizer,
        name=model_name(model.model),
        prompt_name=model.prompt,
        retrieval=read_retrieval(model),
        decoder=StockDecoder(hearing.language_model),  # without weights, and asked by nobody
    )
    mu.far = Far(
        base,
        Place(answers.folder),
        adapter_maker(hearing, answers.tensor_parallel),
        model=digest,
        stop=mu.stop,
        at_once=at_once,
        adapter_bytes=round(answers.adapters_mb * (1 << 20)),
    )
    if mu.far.longest is not None:  # a server may be started with less than the model reads
        text = hearing.config.text_config
        text.max_position_embeddings = min(text.max_position_embeddings, mu.far.longest)
    weakref.finalize(mu, mu.far.close)  # whoever opened it need not know that there is a connection
    return mu


def _next(coming: Coming) -> tuple[Token | None, bool]:
    found = coming.get()
    if isinstance(found, BaseException):
        raise found
    return found
