"""BERTScore of a tiny random BERT in a folder: the same as bert-score's, and clear words when it fails."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer, RobertaTokenizer

from mullama.errors import UsageError
from mullama.evaluation.metrics.bertscore import BertScore
from mullama.evaluation.metrics.metric import evaluate
from mullama.evaluation.metrics.metric_options import MetricOptions

bert_score = pytest.importorskip("bert_score", reason="needs the evaluate extra")
Texts = tuple[list[str], list[str]]


def bertscore(model: Path | str, layers: int | None = 3, **options: Path) -> BertScore:
    given = MetricOptions(bertscore_model=str(model), bertscore_layers=layers, **options)
    return BertScore(given)


def test_equals_bert_score(bert: Path, texts: Texts) -> None:
    references, candidates = ([text for i, text in enumerate(part) if i != 2] for part in texts)
    theirs = bert_score.BERTScorer(str(bert), num_layers=3).score(candidates, references)
    ours = bertscore(bert).items(references, candidates)[:, 1:]
    np.testing.assert_allclose(ours, np.stack([part.numpy() for part in theirs], axis=1), atol=1e-6)


def test_layers_differ_and_are_named(bert: Path, texts: Texts) -> None:
    first, third = (evaluate(bertscore(bert, layers), *texts)["f1"] for layers in (1, 3))
    assert first != pytest.approx(third)
    assert f"model:{bert}|layer:3|idf:no|baseline:none" in bertscore(bert).signature()
    with pytest.raises(UsageError, match="has 4 layers; bertscore_layers is 5"):
        evaluate(bertscore(bert, 5), *texts)
    with pytest.raises(UsageError, match="give the option bertscore_layers"):
        evaluate(bertscore(bert, None), *texts)


def test_a_table_of_baselines_rescales(bert: Path, texts: Texts, tmp_path: Path) -> None:
    table = tmp_path / "baseline.tsv"
    table.write_text("LAYER,P,R,F\n2,0.1,0.1,0.1\n3,0.5,0.25,0.2\n")
    references, candidates = ([part[0]] for part in texts)
    raw = evaluate(bertscore(bert), references, candidates)
    scaled = evaluate(bertscore(bert, bertscore_baseline=table), references, candidates)
    assert scaled["precision"] == pytest.approx((raw["precision"] - 0.5) / 0.5)
    assert scaled["recall"] == pytest.approx((raw["recall"] - 0.25) / 0.75)
    with pytest.raises(UsageError, match="not a table of BERTScore baselines with layer 4"):
        evaluate(bertscore(bert, 4, bertscore_baseline=table), references, candidates)


def test_a_missing_model_is_named_with_what_to_do() -> None:
    metric = bertscore("nobody/no-such-model")
    (need,) = metric.needs()
    assert need.blocks
    assert "hf download nobody/no-such-model" in need.how
    with pytest.raises(UsageError, match="'nobody/no-such-model' of BERTScore cannot be loaded"):
        evaluate(metric, ["a"], ["a"])
    assert bertscore("../no folder/at all").needs()
    assert "roberta-large|layer:17" in BertScore().signature()


def test_a_folder_without_a_model_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    (need,) = bertscore(tmp_path).needs()
    assert need.what == f"config.json in {tmp_path}, the folder of BERTScore's model,"
    assert "hf download" not in need.how
    with pytest.raises(UsageError, match="cannot be loaded") as failed:
        evaluate(bertscore(tmp_path), ["a"], ["a"])
    assert "hf download" not in str(failed.value)
    (need,) = bertscore("").needs()
    assert need.what == "the model '' of BERTScore"
    assert "hf download" not in need.how


def test_code_of_a_model_is_not_run(bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    shutil.copytree(bert, folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "code.C", "AutoModel": "code.M"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "code.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(UsageError, match="cannot be loaded"):
        evaluate(bertscore(folder), ["a"], ["a"])
    assert not (tmp_path / "ran").exists()


def test_a_damaged_model(bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(bert, folder)
    (folder / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(UsageError, match="cannot be loaded"):
        evaluate(bertscore(folder), ["a"], ["a"])


def test_a_tokenizer_that_names_no_length(bert: Path, tmp_path: Path, texts: Texts) -> None:
    folder = tmp_path / "endless"
    shutil.copytree(bert, folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["model_max_length"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    assert evaluate(bertscore(folder), *texts) == evaluate(bertscore(bert), *texts)


def test_a_roberta_tokenizer_reads_the_first_word_as_a_word(tmp_path: Path) -> None:
    """bert-score asks for it when it encodes; transformers 5 hears that only when it loads."""
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "a", "Ġ", "Ġa"]
    RobertaTokenizer(
        vocab={token: i for i, token in enumerate(vocabulary)}, merges=[("Ġ", "a")]
    ).save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "roberta"}))
    tokenizer = AutoTokenizer.from_pretrained(tmp_path, add_prefix_space=True)
    tokenizer.model_max_length = 512
    assert bert_score.utils.sent_encode(tokenizer, "a a") == [0, 7, 7, 2]
