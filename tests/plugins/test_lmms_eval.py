"""lmms-eval's own evaluator asks the small model about real files."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import soundfile

from mullama.errors import AudioError, UsageError
from mullama.song import MuLlama
from paths import ROOT

pytest.importorskip("lmms_eval.evaluator", reason="needs the lmms-eval extra", exc_type=ImportError)
from lmms_eval.api.instance import Instance
from lmms_eval.models import get_model

from mullama.plugins.lmms_eval import MANIFEST, MuLlamaModel, generation

WALTZ = ROOT / "examples" / "waltz.flac"
QUESTION = "Which instruments play?"
TASK = """
task: {name}
dataset_path: json
dataset_kwargs:
  data_files: {{test: {rows}}}
test_split: test
output_type: {kind}
doc_to_text: "{{{{question}}}}"
doc_to_target: {target}
doc_to_visual: !function {name}_sounds.sounds
"""
SOUNDS = "def sounds(doc):\n    return [doc['file']]\n"


@pytest.fixture(scope="module")
def model() -> Any:
    return MuLlamaModel(batch_size="3", device="cpu")


def request(model: Any, sounds: Any, second: Any, *, number: int = 0, text: str = QUESTION) -> Any:
    """An `Instance` whose task and doc are known to the model, as the evaluator makes them."""
    docs = model.task_dict.setdefault("music", {"test": {}})["test"]
    docs[number] = {"sounds": sounds, "answer": "piano"}
    arguments = (text, second, lambda doc: doc["sounds"], number, "music", "test")
    about = {"task": "music", "doc_id": number, "repeats": 1}
    return Instance("generate_until", arguments, 0, about)


def test_the_entry_point_is_our_manifest() -> None:
    (found,) = entry_points(group="lmms_eval.models", name="mullama")
    assert found.load() == MANIFEST
    assert get_model("mullama") is MuLlamaModel


def test_answers_are_the_models_own(model: Any, small: MuLlama) -> None:
    """From a path, from samples, without a sound; batch equals single."""
    samples, rate = soundfile.read(WALTZ, dtype="float32")
    sounds = [[str(WALTZ)], [{"array": samples.T, "sampling_rate": rate}], [], None]
    asked = [request(model, s, {"max_new_tokens": 20}, number=n) for n, s in enumerate(sounds)]
    heard = small.listen(WALTZ).ask(QUESTION, max_new_tokens=20).text
    alone = small.ask([small.no_song()], [QUESTION], max_new_tokens=20)[0].text
    assert heard != alone
    assert model.generate_until(asked) == [heard, heard, alone, alone]
    assert [model.generate_until([one]) for one in asked] == [[heard], [heard], [alone], [alone]]


def test_generation_options(small: MuLlama) -> None:
    how = generation(small, {"until": ["\n\n", ""], "do_sample": False, "temperature": 0.7})
    assert (how.until, how.sampling) == (("\n\n",), small.sampling(temperature=0.0))
    how = generation(small, {"until": "x", "do_sample": True, "top_p": 0.9, "num_beams": None})
    assert (how.until, how.sampling) == (("x",), small.sampling(temperature=1.0, top_p=0.9))
    assert generation(small, {"temperature": 0.2}).sampling.temperature == 0.2
    assert generation(small, {"until": None}).sampling.greedy
    how = generation(small, {"until": ["b", "a"]})
    assert [how.cut(text) for text in ("cdab", "cdba", "cd", "")] == ["cd", "cd", "cd", ""]
    for wrong, words in (
        ({"num_beams": 4}, "4 beams"),
        ({"max_new_tokens": 0}, "generation_kwargs: max_new_tokens: expected int"),
        ({"max_new_token": 8}, "'max_new_tokens'"),
    ):
        with pytest.raises(UsageError, match=words):
            generation(small, wrong)


def test_likelihoods(model: Any, small: MuLlama) -> None:
    """A choice's are losses, a doc's own are log-probabilities; the greedy answer says so itself."""
    song = small.listen(WALTZ)
    greedy = song.ask(QUESTION)
    ours = [
        *[request(model, [str(WALTZ)], f" {text}") for text in (greedy.text, "A loud organ.")],
        request(model, [str(WALTZ)], lambda doc: doc["answer"]),
        request(model, None, " piano", number=1),
    ]
    wanted = small.loglikelihoods(
        [song, song, song, small.no_song()],
        [QUESTION] * 4,
        [greedy.text, "A loud organ.", "piano", "piano"],
    )
    found = model.loglikelihood(ours)
    assert [same for _, same in found] == [True, False, False, False]
    signs = (-1, -1, 1, -1)
    assert [sign * value for sign, (value, _) in zip(signs, found, strict=True)] == pytest.approx(
        wanted, abs=1e-3
    )
    assert found[0][0] < found[1][0]  # the smaller loss is the likelier answer


def test_what_cannot_be_heard(
    model: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Among others it costs one answer, but no likelihood is made up for it."""
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    asked = [request(model, [str(f)], {}, number=n) for n, f in enumerate((broken, WALTZ))]
    empty, answer = model.generate_until(asked)
    assert (empty, answer != "") == ("", True)
    assert "music, test 0" in capsys.readouterr().err
    with pytest.raises(AudioError, match=r"broken\.wav"):
        model.loglikelihood([request(model, [str(broken)], " piano")])


@pytest.mark.parametrize(
    ("sounds", "words"),
    [
        ([str(WALTZ)] * 2, "has 2 sounds"),
        ([{"array": [0.0]}], "expected a sound"),
        ([b"RIFF"], "expected a sound"),
    ],
)
def test_what_is_no_sound(model: Any, sounds: Any, words: str) -> None:
    with pytest.raises(UsageError, match=f"music, test 0.*{words}"):
        model.generate_until([request(model, sounds, {})])


def test_what_is_refused(model: Any) -> None:
    with pytest.raises(UsageError, match="several rounds"):
        model.generate_until_multi_round([])
    with pytest.raises(UsageError, match="acc_mutual_info"):
        model.loglikelihood([SimpleNamespace(args=("", "piano"))])
    with pytest.raises(UsageError, match="unknown key 'bits'"):
        MuLlamaModel.create_from_arg_string("bits=4", {"batch_size": 1})
    with pytest.raises(UsageError, match="batch_size"):
        MuLlamaModel(batch_size="auto")


def write_task(folder: Path, name: str, kind: str, target: str, rows: list[Any], more: str) -> None:
    data = folder / f"{name}.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = TASK.format(name=name, rows=data, kind=kind, target=target)
    (folder / f"{name}.yaml").write_text(text + more)
    (folder / f"{name}_sounds.py").write_text(SOUNDS)


@pytest.mark.slow
def test_the_real_command(tmp_path: Path, small: MuLlama) -> None:
    """A task of answers and a task of choices, by `lmms-eval` itself."""
    files = [WALTZ, ROOT / "examples" / "jazz.mp3"]
    texts = [small.listen(file).ask(QUESTION).text for file in files]
    assert texts[0] != texts[1]
    rows = [
        {"file": str(file), "question": QUESTION, "answer": text, "right": place, "options": texts}
        for place, (file, text) in enumerate(zip(files, texts, strict=True))
    ]
    exact = "metric_list:\n  - {metric: exact_match, aggregation: mean, higher_is_better: true}\n"
    accuracy = "metric_list:\n  - {metric: acc, aggregation: mean, higher_is_better: true}\n"
    write_task(tmp_path, "open", "generate_until", "answer", rows, exact)
    choice = 'doc_to_choice: "{{options}}"\n' + accuracy
    write_task(tmp_path, "choice", "multiple_choice", "right", rows, choice)
    command = [
        *(sys.executable, "-m", "lmms_eval", "--model", "mullama", "--model_args", "device=cpu"),
        *("--tasks", "open,choice", "--include_path", str(tmp_path), "--batch_size", "4"),
        *("--output_path", str(tmp_path / "out")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (results,) = (tmp_path / "out").rglob("*results.json")
    found = json.loads(results.read_text())["results"]
    assert found["open"]["exact_match,none"] == 1.0
    assert found["choice"]["acc,none"] == 1.0
