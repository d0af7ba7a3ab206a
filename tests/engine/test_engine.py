"""Many questions about files: in order, in batches, each song encoded once."""

import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.answer.answer import Answer
from mullama.engine import Engine, Question, Refusal
from mullama.errors import AudioError, UsageError
from mullama.listen.audio.containers import audio_decoders
from mullama.song import MuLlama, Song
from tiny import RATE, clip

TEXTS = ["Key?", "What plays, and how loud is it?", "Describe the audio"]


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.wav" for number in range(5)]
    for number, path in enumerate(paths):
        soundfile.write(path, clip(number, 1 + number / 4), RATE)
    return paths


def counted(mu: MuLlama, **options: int) -> tuple[Engine, list[str]]:
    listened: list[str] = []
    return Engine(mu, on_listened=lambda song: listened.append(song.name), **options), listened


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_answers_are_those_given_alone(mu: MuLlama, songs: list[Path], batch_size: int) -> None:
    bad = songs[0].with_name("bad.wav")
    bad.write_bytes(b"RIFF, but no more")
    questions = [Question(str(path), text) for path in [*songs, bad] for text in TEXTS]
    engine, listened = counted(mu, batch_size=batch_size)
    results = list(engine.answer(questions))
    assert [(r.audio, r.question) for r in results] == [(q.audio, q.text) for q in questions]
    assert listened == [str(path) for path in songs]
    for question, result in zip(questions, results, strict=True):
        if question.audio == str(bad):
            assert isinstance(result, Refusal)
            assert str(bad) in str(result.error)
        else:
            assert isinstance(result, Answer)
            assert result.token_ids == mu.listen(question.audio).ask(question.text).token_ids


def test_the_same_content_under_another_name_is_known(mu: MuLlama, songs: list[Path]) -> None:
    silent = [songs[0].with_name(f"silent{number}.wav") for number in range(2)]
    soundfile.write(silent[0], np.zeros(RATE), RATE)
    silent[1].write_bytes(silent[0].read_bytes())
    engine, listened = counted(mu)
    first, second = (engine.song(path) for path in silent)
    assert listened == [str(silent[0])]
    assert (first.name, second.name) == tuple(map(str, silent))
    assert str(silent[1]) in second.warnings[0]
    silent[0].write_bytes(songs[1].read_bytes())  # the same name, another content
    assert not engine.song(silent[0]).warnings
    assert len(listened) == 2


def test_threads_share_one_listening(mu: MuLlama, songs: list[Path]) -> None:
    engine, listened = counted(mu)
    found: list[tuple[int, str]] = []

    def ask(number: int) -> None:
        path = songs[number % 3]
        (answer,) = engine.answer([Question(str(path), TEXTS[number % 2])])
        found.append((number, str(answer)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(listened) == [str(path) for path in songs[:3]]
    for number, text in found:
        assert text == mu.listen(songs[number % 3]).ask(TEXTS[number % 2]).text


def test_memory_is_bounded(mu: MuLlama, songs: list[Path]) -> None:
    size = mu.listen(songs[0]).nbytes
    engine, listened = counted(mu, cache_bytes=2 * size)
    for path in (*songs[:3], songs[2], songs[1], songs[0]):
        engine.song(path)
    assert listened == [str(songs[number]) for number in (0, 1, 2, 0)]
    engine, listened = counted(mu, cache_bytes=0)
    list(engine.answer([Question(str(songs[0]), text) for text in TEXTS]))
    assert listened == [str(songs[0])]  # one song is always there


def test_a_failure_that_is_not_the_files_is_tried_again(
    mu: MuLlama, songs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, listened = counted(mu)

    def fail(*_: object, **__: object) -> Song:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(mu, "listen", fail)
        with pytest.raises(MemoryError):
            engine.song(songs[0])
    assert engine.song(songs[0]).name == str(songs[0])
    assert len(listened) == 1


def test_bad_options_are_refused_before_any_listening(mu: MuLlama, songs: list[Path]) -> None:
    engine, listened = counted(mu)
    with pytest.raises(UsageError, match="temperature"):
        list(engine.answer([Question(str(songs[0]), "Key?")], temperature=-1.0))
    with pytest.raises(AudioError, match="no such file"):
        engine.song("/no/such/file.wav")
    assert not listened


def test_streamed_is_answered(mu: MuLlama, songs: list[Path]) -> None:
    engine, _ = counted(mu)
    question = Question(str(songs[0]), "Key?")
    (answer,) = engine.answer([question])
    assert "".join(engine.stream(question)) == str(answer)


def test_warming_up_loads_and_reads_and_counts_nothing(mu: MuLlama) -> None:
    engine, listened = counted(mu)
    before = engine.state
    audio_decoders.cache_clear()
    engine.warm_up()
    assert audio_decoders.cache_info().currsize == 1  # FFmpeg is there
    assert engine.state == before
    assert listened == []
