"""Models of ours, in any form: published weights, converted, trained, the small one, LLaMA-Adapter's."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from mullama.answer.sampling import Sampling
from mullama.errors import UsageError
from mullama.evaluation.systems.system import Reply, Request, System, as_json, each
from mullama.load_options import LoadOptions
from mullama.options import Bounds, Options, given

if TYPE_CHECKING:
    from mullama.engine import Engine


@dataclass(frozen=True, kw_only=True)
class MuLlamaOptions(LoadOptions, Sampling):
    """Which model, and how it answers; greedily where nothing else is said."""

    batch_size: Annotated[int, Bounds(1, 4096)] = 9
    """Answers at a time; MusicQA asks nine questions about a track."""
    as_published: bool = False
    """Listen as the published code does, and sample as is stored with the model."""
    likelihoods: bool = True
    """Also compare the likelihoods of options, where there are any."""


class MuLlamaSystem(System):
    """One model behind the engine that every other command uses."""

    options_type: ClassVar[type[Options]] = MuLlamaOptions

    def __init__(self, options: Any = None, items: Sequence[Any] = ()) -> None:
        super().__init__(options, items)
        self.batch_size = self.options.batch_size

    def describe(self) -> dict[str, Any]:
        """The options, and the digests of the files that the model is made of."""
        options = as_json(self.options)
        del options["batch_size"]  # which answers are made together changes none of them
        return {**options, "files": self._digests}

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """All in one batch, and the likelihoods of options."""
        self._engine.mu.sampling(**self._sampling)  # what is wrong with all is no request's failure
        try:
            return self._answer(requests)
        except UsageError:  # one of the questions is longer than the model can read
            return each(lambda request: self._answer([request])[0], requests)

    def _answer(self, requests: Sequence[Request]) -> list[Reply]:
        from mullama.engine import Question, Refusal

        asked = [Question(_name(request), request.question) for request in requests]
        answers = self._engine.answer(asked, **self._sampling)
        replies = []
        for request, answer in zip(requests, answers, strict=True):
            if isinstance(answer, Refusal):
                replies.append(Reply(failed=str(answer.error)))
                continue
            replies.append(Reply(answer.text, self._logprobs(request), answer.seconds_heard))
        return replies

    def _logprobs(self, request: Request) -> tuple[float, ...]:
        """Of each option as the answer to the bare question."""
        options = request.item.options
        if not options or not self.options.likelihoods:
            return ()
        song = self._engine.song(_name(request))
        question = request.item.question
        found = self._engine.mu.loglikelihoods(
            [song] * len(options), [question] * len(options), options
        )
        return tuple(found)

    @cached_property
    def _engine(self) -> "Engine":
        from mullama.engine import Engine
        from mullama.open_model import open_model

        return Engine(
            open_model(self.options),
            batch_size=self.batch_size,
            as_published=self.options.as_published,
        )

    @cached_property
    def _sampling(self) -> Any:
        """Stored with the model under `as_published`, but for the seed; else that of the options."""
        sampling = given(Sampling, {n: getattr(self.options, n) for n in Sampling.__annotations__})
        return {"seed": sampling["seed"]} if self.options.as_published else sampling

    @cached_property
    def _digests(self) -> dict[str, str]:
        from mullama.checkpoints.store import digests

        return digests(self.options.model)


def _name(request: Request) -> str | None:
    return None if request.audio is None else str(request.audio)
