"""Whatever is asked, and whatever the logits are."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mullama.answer.branches import Reading, Tree
from mullama.answer.decoding import _draw, penalise, probabilities
from mullama.answer.pieces import Pieces
from mullama.answer.prompt import QUESTION, TEMPLATES, fill
from mullama.answer.sampling import Sampling
from mullama.errors import UsageError

LOGITS = st.lists(st.floats(-40, 40, width=32), min_size=1, max_size=40).map(torch.tensor)
SAMPLINGS = st.builds(
    Sampling,
    temperature=st.floats(0.05, 5),
    top_k=st.integers(0, 50),
    top_p=st.floats(0, 1),
    min_p=st.floats(0, 1),
    seed=st.integers(0, 2**40),
)
ANSWERS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=10)


@given(st.text(), st.sampled_from(sorted(TEMPLATES)) | st.text())
def test_a_question_stands_in_its_template_as_it_is(question: str, template: str) -> None:
    try:
        text = fill(template, question)
    except UsageError:
        assert template not in TEMPLATES
        assert template.count(QUESTION) != 1
        return
    before, after = TEMPLATES.get(template, template).split(QUESTION)
    assert text == before + question + after


@given(st.text(st.characters(codec=None), min_size=1))
def test_bytes_that_are_no_text_are_refused_and_nothing_else(question: str) -> None:
    lone = any("\ud800" <= character <= "\udfff" for character in question)
    if lone:
        with pytest.raises(UsageError, match="not UTF-8"):
            fill("brief", question)
    else:
        assert question in fill("brief", question)


@given(LOGITS, SAMPLINGS)
def test_what_is_sampled_from_is_a_distribution_with_the_likeliest(
    logits: torch.Tensor, sampling: Sampling
) -> None:
    found = probabilities(logits, sampling)
    assert found.sum().item() == pytest.approx(1, abs=1e-5)
    assert (found >= 0).all()
    assert found[logits.argmax()] == found.max() > 0
    # Who is less likely than somebody that is left out, is left out.
    left_out = logits[found == 0]
    if len(left_out):
        assert (logits[found > 0] >= left_out.max()).all()


@given(LOGITS, SAMPLINGS)
def test_a_token_is_drawn_from_that_distribution_and_again(
    logits: torch.Tensor, sampling: Sampling
) -> None:
    def drawn() -> int:
        return _draw(logits, sampling, torch.Generator().manual_seed(int(sampling.seed or 0)))

    assert drawn() == drawn()
    # Of equally likely ones either may be left out.
    assert logits[drawn()] >= logits[probabilities(logits, sampling) > 0].min()


@given(LOGITS, st.floats(1, 50), st.data())
def test_a_penalty_makes_no_token_likelier(
    logits: torch.Tensor, penalty: float, data: st.DataObject
) -> None:
    seen = torch.tensor(
        data.draw(st.lists(st.booleans(), min_size=len(logits), max_size=len(logits)))
    )
    found = penalise(logits, seen, penalty)
    assert (found <= logits).all()
    assert torch.equal(found[~seen], logits[~seen])


@given(st.text(), st.data())
def test_pieces_are_together_the_whole_text(text: str, data: st.DataObject) -> None:
    content = text.encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=6)))
    parts = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]

    def said(ids: "list[int]") -> str:
        return b"".join(parts[one] for one in ids).decode(errors="replace").strip()

    pieces = Pieces(said)  # type: ignore[arg-type]
    shown = [pieces.add(one) for one in range(len(parts))]
    assert "".join([*shown, pieces.rest()]) == text.strip()


@given(ANSWERS, st.data())
def test_a_tree_tells_each_answer_by_what_stands_before_it(
    answers: list[list[int]], data: st.DataObject
) -> None:
    tree = Tree(answers)
    assert len(tree.tokens) == len({tuple(a[:n]) for a in answers for n in range(1, len(a) + 1)})
    weights = [data.draw(st.floats(-9, 0)) for _ in tree.tokens]
    reading = Reading(tree)
    for node, weight in enumerate(weights):
        reading.note(node, weight)
    for answer, end in zip(answers, tree.ends, strict=True):
        assert [tree.tokens[node] for node in tree.paths[end]] == answer
        total = math.fsum(weights[node] for node in tree.paths[end])
        assert reading.totals[end] == pytest.approx(total)
    assert set(tree.inner) == {node for path in tree.paths for node in path[:-1]}
    assert all(
        tree.passing[node] == sum(node in tree.paths[end] for end in tree.ends)
        for node in tree.inner
    )
