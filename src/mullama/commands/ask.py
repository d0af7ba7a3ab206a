"""`mullama ask AUDIO... --question TEXT`: files and questions become answers on standard output."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mullama.answer.sampling import Sampling
from mullama.errors import UsageError
from mullama.load_options import LoadOptions
from mullama.options import Bounds, Options, add_flags, from_flags, given_flags, options_of
from mullama.printable import printable

if TYPE_CHECKING:
    from mullama.answer.answer import Answer
    from mullama.answer.choice import Choice
    from mullama.answer.sampling import SamplingKeywords
    from mullama.engine import Engine, Question, Refusal
    from mullama.song import Song

DEFAULT_QUESTION = "Describe the audio"
ALL, SOME, NONE = 0, 1, 2
"""Exit codes: how many of the files could be answered about."""


@dataclass(frozen=True, kw_only=True)
class AskOptions(Options):
    """How answers are made and shown."""

    batch_size: Annotated[int, Bounds(1, 65536)] = 8
    """Answers at a time."""
    as_published: bool = False
    """By the published resampler, and as much as published: of MERT's model the first 60 s."""
    stream: bool = False
    """Print each answer as it comes."""
    json: bool = False
    """One JSON object per line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is asked; `add_answering_flags` adds who answers, and how."""
    add_audio_argument(parser)
    parser.add_argument(
        "-q", "--question", action="append", metavar="TEXT",
        help="repeatable: as many as there are files, or one for all; one file takes many "
        f"(default: {DEFAULT_QUESTION!r})",
    )  # fmt: skip
    parser.add_argument(
        "--choices", action="append", metavar="TEXT",
        help="answer by one of these, with its probability; repeatable, or one list with commas",
    )  # fmt: skip
    parser.add_argument(
        "--min-probability", type=float, metavar="P",
        help="with --choices: \"cannot tell\" where the best is less probable (default: 0)",
    )  # fmt: skip
    add_answering_flags(parser)


def add_audio_argument(parser: argparse.ArgumentParser) -> None:
    """The files."""
    parser.add_argument(
        "audio", nargs="+", metavar="AUDIO", help="a music file (or a video's sound)"
    )


def add_answering_flags(parser: argparse.ArgumentParser) -> None:
    """What every answering verb shares."""
    add_flags(parser, LoadOptions, group="model")
    stored = "answer (defaults: stored with the model)"
    add_flags(parser, Sampling, group=stored, defaults_stored=True)
    add_flags(parser, AskOptions, group="output")


def run(arguments: argparse.Namespace) -> int:
    """Answer and print; see `cli.main` for the exit codes."""
    pairs = pair(arguments.audio, arguments.question or [DEFAULT_QUESTION])
    return answer_all(arguments, pairs, choosing=_choosing(arguments))


def _choosing(arguments: argparse.Namespace) -> dict[str, Any]:
    """What `Engine.answer` is told of choices; nothing where there are none."""
    if not arguments.choices:
        if arguments.min_probability is not None:
            raise UsageError("--min-probability is for --choices: give them too")
        return {}
    flags = [options_of(Sampling)[name].flag for name in given_flags(Sampling, arguments)]
    if given_flags(AskOptions, arguments).get("stream"):
        flags.append("--stream")
    if flags:
        raise UsageError(f"choices are neither sampled nor streamed: leave out {', '.join(flags)}")
    texts = arguments.choices
    return {
        "choices": texts[0].split(",") if len(texts) == 1 else texts,
        "min_probability": arguments.min_probability or 0.0,
    }


def pair(audio: Sequence[str], questions: Sequence[str]) -> list[tuple[str, str]]:
    """Equal counts pair up; one of either serves for all; anything else is refused."""
    if len(questions) == 1:
        questions = [*questions] * len(audio)
    elif len(audio) == 1:
        audio = [*audio] * len(questions)
    if "" in audio:
        raise UsageError("an empty text names no music file: is a variable of the shell not set?")
    if len(audio) != len(questions):
        raise UsageError(
            f"{len(audio)} files and {len(questions)} questions do not pair up: give as many "
            "questions as files, or one of either"
        )
    return list(zip(audio, questions, strict=True))


def answer_all(
    arguments: argparse.Namespace,
    pairs: Sequence[tuple[str, str]],
    choosing: Mapping[str, Any] | None = None,
) -> int:
    """Answer in the order asked; name each file that cannot be read as music, once.

    `choosing` is what `Engine.answer` is told where the answers are choices.
    """
    options, opened = from_flags(AskOptions, arguments), from_flags(LoadOptions, arguments)
    sampling: Any = choosing or given_flags(Sampling, arguments)

    from mullama.engine import Engine, Question
    from mullama.open_model import open_model

    engine = Engine(
        open_model(opened),
        batch_size=1 if options.stream else options.batch_size,
        as_published=options.as_published,
        on_listened=_print_warnings,
    )
    questions = [Question(*asked) for asked in pairs]
    if options.stream and not options.json:
        refused = _stream(engine, questions, sampling)
    else:
        refused = _batches(engine, questions, sampling, as_json=options.json)
    if not refused:
        return ALL
    return NONE if len(refused) == len({audio for audio, _ in pairs}) else SOME


def _batches(
    engine: "Engine",
    questions: "Sequence[Question]",
    sampling: Mapping[str, Any],
    *,
    as_json: bool,
) -> set[str]:
    """Print all answers; the names of the files that have none."""
    from tqdm import tqdm

    from mullama.engine import Refusal

    refused: set[str] = set()
    quiet = not sys.stderr.isatty() or len(questions) == 1
    with tqdm(total=len(questions), unit="answer", disable=quiet, file=sys.stderr) as progress:
        for result in engine.answer(questions, **sampling):
            if isinstance(result, Refusal):
                _print_refusal(result, refused)
            else:
                _print_answer(result, as_json=as_json, headed=len(questions) > 1)
            progress.update()
    if refused and not quiet:
        print(f"mullama: {len(refused)} files could not be read as music", file=sys.stderr)
    return refused


def _stream(
    engine: "Engine", questions: "Iterable[Question]", sampling: "SamplingKeywords"
) -> set[str]:
    from mullama.engine import Refusal
    from mullama.errors import AudioError

    refused: set[str] = set()
    questions = list(questions)
    for question in questions:
        try:
            pieces = engine.stream(question, **sampling)
        except AudioError as error:
            _print_refusal(Refusal(str(question.audio), question.text, error), refused)
            continue
        if len(questions) > 1:
            print(f"{printable(str(question.audio))}: {question.text}")
        for piece in pieces:
            print(piece, end="", flush=True)
        print("\n" if len(questions) > 1 else "")
    return refused


def _print_answer(answer: "Answer | Choice", *, as_json: bool, headed: bool) -> None:
    if as_json:
        print(json.dumps(answer.as_record(), allow_nan=False), flush=True)
        return
    if headed:
        print(f"{printable(answer.audio)}: {answer.question}")
    print(answer, flush=True)
    if headed:
        print()


def _print_refusal(refusal: "Refusal", refused: set[str]) -> None:
    if refusal.audio not in refused:
        print(f"mullama: error: {refusal.error}", file=sys.stderr)
    refused.add(refusal.audio)


def _print_warnings(song: "Song") -> None:
    for warning in song.warnings:
        print(f"mullama: warning: {warning}", file=sys.stderr)
