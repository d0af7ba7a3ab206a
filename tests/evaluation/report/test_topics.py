from copy import deepcopy

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


def test_items_are_those_of_all_systems(scored: Scored) -> None:
    scores = deepcopy(dict(scored.scores))
    scores["systems"][0]["topics"]["caption"] |= {"items": 4, "tracks": 2}
    row = topic_tables(scores)[0].rows[0]
    assert (str(row.items), str(row.tracks)) == ("4 to 13", "2 to 13")
    for system in scores["systems"]:
        system["topics"]["caption"] |= {"items": 1200, "tracks": 400}
    del scores["systems"][0]["topics"]["caption"]
    row = topic_tables(scores)[0].rows[0]
    assert (row.topic, str(row.items), str(row.tracks)) == ("caption", "1,200", "400")
