from mullama.studio.instruments import DRUMS, INSTRUMENTS, SINGERS, in_listing_order


def test_there_are_30_words_and_no_program_has_two() -> None:
    assert len(INSTRUMENTS) == 30
    programs = [p for i in INSTRUMENTS.values() if i.name != DRUMS for p in i.programs]
    assert len(set(programs)) == len(programs)
    assert [name for name, one in INSTRUMENTS.items() if not one.programs] == [*SINGERS]
    assert all(0 <= program < 128 for program in programs)
    assert all(i.low < i.high and i.high - i.low >= 12 for i in INSTRUMENTS.values())


def test_answers_list_instruments_in_one_order() -> None:
    assert in_listing_order({"drums", "violin", "piano"}) == ("piano", "violin", "drums")
    assert in_listing_order(set()) == ()
