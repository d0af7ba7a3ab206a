"""`mullama ask AUDIO... --question TEXT`: files and questions become answers on standard output."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from mullama.errors import AudioError, UsageError

if TYPE_CHECKING:
    from mullama.song import Answer, MuLlama, Song

DEFAULT_QUESTION = "Describe the audio"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is asked; `add_model_arguments` adds who answers, and how."""
    parser.add_argument(
        "audio", nargs="+", metavar="AUDIO", help="a music file (or a video's sound)"
    )
    parser.add_argument(
        "-q", "--question", action="append", metavar="TEXT",
        help="repeatable: as many as there are files, or one for all; one file takes many "
        f"(default: {DEFAULT_QUESTION!r})",
    )  # fmt: skip
    parser.add_argument("--stream", action="store_true", help="print each answer as it comes")
    add_model_arguments(parser)


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that every answering verb shares."""
    model = parser.add_argument_group("model")
    model.add_argument(
        "--model", metavar="MODEL", help="a folder or a hub name (default: the small one)"
    )
    model.add_argument(
        "--device", help="as in torch: cpu, cuda, cuda:1, ... (default: the best there is)"
    )
    model.add_argument(
        "--dtype", choices=("float32", "bfloat16", "float16"), help="default: as stored"
    )
    model.add_argument(
        "--prompt", metavar="NAME", help="prompt template (default: stored with the model)"
    )
    model.add_argument("--retrieval", metavar="DIR", help="folder with knn.index or vectors.npy")
    model.add_argument(
        "--retrieval-k", type=int, default=100, metavar="K", help="neighbours (default: 100)"
    )
    model.add_argument(
        "--retrieval-weight",
        type=float,
        default=0.0,
        metavar="W",
        help="their share, 0 to 1 (default: 0)",
    )
    answer = parser.add_argument_group("answer (defaults: stored with the model)")
    answer.add_argument(
        "--temperature", type=float, metavar="T", help="0 always takes the likeliest token"
    )
    answer.add_argument(
        "--top-p", type=float, metavar="P", help="share of probability to sample from"
    )
    answer.add_argument("--max-new-tokens", type=int, metavar="N", help="longest answer")
    answer.add_argument("--seed", type=int, help="makes sampling repeatable")
    answer.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="answers at a time (default: 8)"
    )
    answer.add_argument(
        "--as-published",
        action="store_true",
        help="hear the first 60 s only, by the published resampler",
    )
    answer.add_argument("--json", action="store_true", help="one JSON object per line")


def run(arguments: argparse.Namespace) -> int:
    """Answer and print; see `cli.main` for the exit codes."""
    pairs = pair(arguments.audio, arguments.question or [DEFAULT_QUESTION])
    return answer_all(arguments, pairs, stream=arguments.stream)


def pair(audio: Sequence[str], questions: Sequence[str]) -> list[tuple[str, str]]:
    """Equal counts pair up; one of either serves for all; anything else is refused."""
    if len(questions) == 1:
        questions = [*questions] * len(audio)
    elif len(audio) == 1:
        audio = [*audio] * len(questions)
    if len(audio) != len(questions):
        raise UsageError(
            f"{len(audio)} files and {len(questions)} questions do not pair up: give as many "
            "questions as files, or one of either"
        )
    return list(zip(audio, questions, strict=True))


def answer_all(arguments: argparse.Namespace, pairs: list[tuple[str, str]], *, stream: bool) -> int:
    """Hear each file once, answer in batches in the order asked, name what could not be heard."""
    from tqdm import tqdm

    from mullama.song import load

    if arguments.batch_size < 1:
        raise UsageError(f"--batch-size must be 1 or more, not {arguments.batch_size}")
    mu = load(
        arguments.model,
        dtype=arguments.dtype,
        device=arguments.device,
        prompt=arguments.prompt,
        retrieval=arguments.retrieval,
        retrieval_k=arguments.retrieval_k,
        retrieval_weight=arguments.retrieval_weight,
    )
    sampling = {
        name: getattr(arguments, name)
        for name in ("temperature", "top_p", "max_new_tokens", "seed")
    }
    mu.sampling(**sampling)  # refused before an hour of listening, not after
    heard = Heard(mu, pairs, as_published=arguments.as_published)
    quiet = not sys.stderr.isatty() or len(pairs) == 1
    with tqdm(total=len(pairs), unit="answer", disable=quiet, file=sys.stderr) as progress:
        for batch in heard.batches(1 if stream else arguments.batch_size):
            if stream and not arguments.json:
                _print_stream(batch[0], sampling, headed=len(pairs) > 1)
            else:
                songs, questions = zip(*batch, strict=True)
                for answer in mu.ask(songs, questions, **sampling):
                    _print_answer(answer, as_json=arguments.json, headed=len(pairs) > 1)
            progress.update(len(batch))
    if heard.refused and not quiet:
        print(f"mullama: {len(heard.refused)} files could not be heard", file=sys.stderr)
    return 0 if not heard.refused else 2 if len(heard.refused) == len({a for a, _ in pairs}) else 1


class Heard:
    """Songs as they are needed: each file is heard once and dropped after its last question."""

    def __init__(self, mu: "MuLlama", pairs: list[tuple[str, str]], *, as_published: bool) -> None:
        self.mu, self.pairs, self.as_published = mu, pairs, as_published
        self.last_use = {audio: index for index, (audio, _) in enumerate(pairs)}
        self.songs: dict[str, Song] = {}
        self.refused: set[str] = set()

    def batches(self, size: int) -> Iterator[list[tuple["Song", str]]]:
        """Songs with their questions, `size` at a time, in the order asked."""
        batch: list[tuple[Song, str]] = []
        for index, (audio, question) in enumerate(self.pairs):
            if song := self._song(audio):
                batch.append((song, question))
            if self.last_use[audio] == index:
                self.songs.pop(audio, None)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch

    def _song(self, audio: str) -> "Song | None":
        if audio in self.refused:
            return None
        if audio not in self.songs:
            try:
                self.songs[audio] = self.mu.listen(audio, as_published=self.as_published)
            except AudioError as error:
                self.refused.add(audio)
                print(f"mullama: error: {error}", file=sys.stderr)
                return None
            for warning in self.songs[audio].warnings:
                print(f"mullama: warning: {warning}", file=sys.stderr)
        return self.songs[audio]


def _print_answer(answer: "Answer", *, as_json: bool, headed: bool) -> None:
    if as_json:
        row = asdict(answer)
        print(json.dumps({"answer": row.pop("text"), **row}), flush=True)
        return
    if headed:
        print(f"{answer.audio}: {answer.question}")
    print(answer.text, flush=True)
    if headed:
        print()


def _print_stream(asked: tuple["Song", str], sampling: dict[str, object], *, headed: bool) -> None:
    song, question = asked
    if headed:
        print(f"{song.name}: {question}")
    for piece in song.stream(question, **sampling):
        print(piece, end="", flush=True)
    print("\n" if headed else "")
