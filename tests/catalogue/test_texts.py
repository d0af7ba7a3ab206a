"""What is said of a song: fields, texts without what is not sure, wordings, templates."""

from pathlib import Path

import pytest

from mullama.catalogue.caption_options import CatalogueOptions, TextOptions
from mullama.catalogue.compose import Maker, compose
from mullama.catalogue.questions import read_value
from mullama.catalogue.record import CaptionRecord
from mullama.catalogue.sound_answers import Said, SoundAnswers
from mullama.catalogue.template import MAX_TEMPLATE, check_template, read_template, worded
from mullama.errors import UsageError

HEARD = SoundAnswers(
    "1" * 64,
    20.0,
    20.0,
    {
        "short": Said("A calm waltz piece with harp and drums.", 0.9),
        "long": Said(
            "The style is waltz. The tempo is about 90 BPM. The key is D major. I hear harp and drums.",
            0.4,
        ),
        "tempo": Said("The tempo is about 91 BPM.", 0.3),
        "key": Said("The key is D major.", 0.9),
        "metre": Said("The time signature is not clear.", 0.8),
        "instruments": Said("I hear harp and drums.", 0.7),
        "style": Said("The style is waltz.", 0.9),
        "mood": Said("The mood is calm.", 0.2),
        "drums": Said("Yes, there are drums.", 0.99),
        "vocals": Said("I hear no singer.", 0.9),
    },
)
MAKER = Maker("m", "brief", "1")


def record(**options: object) -> CaptionRecord:
    return compose("a.mp3", HEARD, TextOptions(**options), MAKER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("tempo", "It runs at about 128 beats per minute.", "128"),
        ("tempo", "The tempo is medium.", None),
        ("key", "It is in A# minor.", "Bb minor"),
        ("key", "There is no clear key.", None),
        ("metre", "The time signature is 6/8.", "6/8"),
        ("instruments", "I hear drums and a piano, without a cello.", "piano, drums"),
        ("drums", "No, there are no drums.", "no"),
        ("drums", "Perhaps.", None),
        ("vocals", "There is a female singer and a choir.", "female singer, choir"),
        ("vocals", "I hear no singer.", "instrumental"),
        ("vocals", "Whether somebody sings is not clear.", None),
        ("singer", "I cannot tell the singer from the music.", None),
        ("singer", " Nina ", "Nina"),
    ],
)
def test_an_answer_becomes_a_value_or_cannot_be_told(
    name: str, text: str, value: str | None
) -> None:
    assert read_value(name, text) == value


def test_the_model_s_own_words_stand_where_nothing_else_is_asked_for() -> None:
    made = record(trigger="vibe")
    assert made.text == "vibe, A calm waltz piece with harp and drums."
    assert made.long_caption == HEARD.answers["long"].text
    assert record(length="long").text == made.long_caption


def test_what_is_not_sure_is_in_no_text_and_stays_in_its_field() -> None:
    made = record(min_confidence=0.5, variants=30)
    assert made.caption == "A waltz piece with harp and drums."
    assert made.long_caption == "The style is waltz. The key is D major. I hear harp and drums."
    assert not any("calm" in text or "9" in text for text in made.variants)
    assert (made.fields["tempo"].value, made.fields["tempo"].probability) == ("91", 0.3)
    assert (made.bpm, made.keyscale) == (None, "D major")


def test_wordings_differ_and_are_the_same_for_the_same_seed() -> None:
    made = record(variants=20)
    assert len({made.text, *made.variants}) == 21
    assert made == record(variants=20)
    assert made.variants != record(variants=20, seed=1).variants


def test_no_wording_is_drawn_of_nothing() -> None:
    silent = SoundAnswers(
        "2" * 64, 1.0, 1.0, {n: Said("I hear no music.", 1.0) for n in HEARD.answers}
    )
    made = compose("a.mp3", silent, TextOptions(variants=5, min_confidence=0.1), MAKER)
    assert (made.caption, made.variants) == ("I hear no music.", ())
    assert all(field.value is None for field in made.fields.values())


def test_a_template_makes_the_texts(tmp_path: Path) -> None:
    template = (
        "{{ trigger }}: {{ caption }} {% if tempo %}{{ tempo }} BPM{% endif %}"
        " {{ instruments | join('/') }} {{ fields.mood.probability }}"
    )
    file = tmp_path / "mine.jinja"
    file.write_text(template)
    assert read_template(str(file)) == read_template(template) == template
    (made,) = worded(template, [record(trigger="vibe", variants=2)])
    assert made.text == "vibe: A calm waltz piece with harp and drums. 91 BPM harp/drums 0.2"
    assert len(made.variants) == 2
    assert all(text.startswith("vibe: ") for text in made.variants)


def test_many_records_stay_in_order() -> None:
    records = [compose(f"{n}", HEARD, TextOptions(), MAKER) for n in range(250)]
    assert [made.text for made in worded("{{ path }}", records)] == [str(n) for n in range(250)]


@pytest.mark.parametrize(
    "template",
    [
        "{{ caption",
        "{{ captoin }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ caption.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{ 1 / 0 }}",
        "{{ 'a' * 10**12 }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 9**(9**9) }}",
        "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x ~ x ~ x ~ x %}" * 30 + "{{ x }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ caption.replace('', caption * 1000).replace('', caption * 1000) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_templates_that_fail_or_attack_are_refused_in_one_line(template: str) -> None:
    with pytest.raises(UsageError, match=r"^--template fails: ") as refused:
        check_template(template)
    assert "\n" not in str(refused.value)


def test_templates_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a file nor a template"):
        read_template("missing.jinja")
    with pytest.raises(UsageError, match="at most"):
        read_template("{" * (MAX_TEMPLATE + 1))
    (tmp_path / "binary").write_bytes(b"\xff\xfe{{")
    with pytest.raises(UsageError, match="cannot be read"):
        read_template(str(tmp_path / "binary"))


@pytest.mark.parametrize("asked", ["x", "=q", "A=q", "mood=q", "short=q", "a=", "../x=q"])
def test_questions_of_another_form(asked: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--ask"):
        CatalogueOptions(out=tmp_path, ask=(asked,))
