from mullama.evaluation.report.scored_folder import Scored
from mullama.evaluation.report.topics import topic_tables


def test_each_metric_has_a_row_for_each_question_type(scored: Scored) -> None:
    found = topic_tables(scored.scores)
    assert [table.heading.metric for table in found][:2] == ["character-bleu", "meteor"]
    assert "bertscore" not in [table.heading.metric for table in found]
    table = found[0]
    assert [row.topic for row in table.rows] == ["caption", "instruments", "mood", "tempo"]
    stored = scored.systems()[0]["topics"]["tempo"]["conditions"]
    cell = table.rows[3].cells[0]
    assert cell.figure.value == stored["music"]["character-bleu"]["bleu"]["value"]
    assert list(cell.controls) == ["wrong-song", "silence", "noise", "no-audio"]
    assert table.rows[3].cells[2].controls == {}
