from mullama.studio.instruments import DRUMS, INSTRUMENTS, in_listing_order


def test_there_are_28_words_and_no_program_has_two() -> None:
    assert len(INSTRUMENTS) == 28
    programs = [p for i in INSTRUMENTS.values() if i.name != DRUMS for p in i.programs]
    assert len(set(programs)) == len(programs)
    assert all(0 <= program < 128 for program in programs)
    assert all(i.low < i.high and i.high - i.low >= 12 for i in INSTRUMENTS.values())


def test_answers_list_instruments_in_one_order() -> None:
    assert in_listing_order({"drums", "violin", "piano"}) == ("piano", "violin", "drums")
    assert in_listing_order(set()) == ()
