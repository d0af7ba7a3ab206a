"""The page in a real browser, served by a real server with the model that ships."""

import json
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from browsers import chromium, grave_violations
from demo_page import Tab
from mullama.engine import Engine
from mullama.serving.demo.demo_options import DemoOptions
from paths import EXAMPLES

gradio = pytest.importorskip("gradio")
from mullama.serving.demo.launch import start  # noqa: E402

pytestmark = pytest.mark.slow

ROCK, WALTZ = EXAMPLES / "rock.mp3", EXAMPLES / "waltz.flac"
TEMPO, LONG = "What is the tempo?", "Describe the audio in detail"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WATCH = """() => {
  window.shown = [];
  new MutationObserver(() => {
    const bots = document.querySelectorAll("#chat .message.bot");
    const text = bots.length ? bots[bots.length - 1].innerText.trim() : "";
    if (text && window.shown.at(-1) !== text) window.shown.push(text);
  }).observe(document.querySelector("#chat"), {subtree: true, childList: true, characterData: true});
}"""
"""Notes each text that the last answer shows."""


@pytest.fixture(scope="module")
def url(engine: Engine) -> Iterator[str]:
    blocks = start(engine, DemoOptions(port=0))
    yield blocks.local_url
    blocks.close(verbose=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def tab(browser: Any, url: str) -> Iterator[Tab]:
    opened = Tab(browser, url, viewport={"width": 1200, "height": 900})
    yield opened
    assert opened.said == []
    opened.context.close()


def alone(engine: Engine, path: Path, question: str) -> str:
    return engine.mu.listen(path).ask(question).text


def test_a_file_is_dropped_asked_about_and_asked_again_without_being_heard_again(
    tab: Tab, engine: Engine
) -> None:
    tab.hear(ROCK)
    card = tab.page.locator("#song").inner_text()
    assert re.search(r"Length\s+20\.0 s\s+Heard\s+20\.0 s", card)
    tab.page.locator("#music").get_by_label("Play", exact=False).first.wait_for()
    seconds = engine.state.seconds_heard
    tab.page.evaluate(WATCH)
    tab.send(LONG)
    assert tab.answered(1) == alone(engine, ROCK, LONG)
    shown = [text for text in tab.page.evaluate("window.shown") if text != "…"]
    assert len(shown) > 2, "the answer came at once"
    assert all(late.startswith(early[:5]) for early, late in pairwise(shown))
    tab.send(TEMPO)
    assert tab.answered(2) == alone(engine, ROCK, TEMPO)
    assert "small · 20.0 s heard" in tab.figures()
    assert "already listened to" in tab.figures()
    assert engine.state.seconds_heard == seconds


def test_two_tabs_with_two_songs_at_once_never_mix(browser: Any, url: str, engine: Engine) -> None:
    tabs = [Tab(browser, url), Tab(browser, url)]
    for tab, path in zip(tabs, (ROCK, WALTZ), strict=True):
        tab.upload(path)
    for tab, path in zip(tabs, (ROCK, WALTZ), strict=True):
        tab.page.get_by_role("heading", name=path.name).wait_for()
    expected = [[alone(engine, path, q) for q in (LONG, TEMPO)] for path in (ROCK, WALTZ)]
    assert expected[0] != expected[1]
    for count, question in enumerate((LONG, TEMPO), start=1):
        for tab in tabs:
            tab.send(question)
        for tab in tabs:
            tab.answered(count)
    assert [tab.answers() for tab in tabs] == expected
    for tab in tabs:
        tab.context.close()


def test_several_songs_in_one_tab_keep_their_conversations(tab: Tab, engine: Engine) -> None:
    tab.press("Rock")
    tab.page.get_by_role("heading", name="rock.mp3").wait_for()
    tab.press(TEMPO)
    rock = tab.answered(1)
    tab.press("Waltz")
    tab.page.get_by_role("heading", name="waltz.flac").wait_for()
    assert tab.answers() == []
    tab.press("Short caption")
    assert tab.answered(1) == alone(engine, WALTZ, "Describe the audio")
    tab.page.get_by_label("rock.mp3").check()
    tab.page.get_by_role("heading", name="rock.mp3").wait_for()
    assert tab.answers() == [rock]
    tab.press("Remove this")
    tab.page.get_by_role("heading", name="waltz.flac").wait_for()
    assert tab.page.get_by_label("rock.mp3").count() == 0


def test_what_is_no_music_is_said_on_the_page(tab: Tab, tmp_path: Path) -> None:
    (tmp_path / "bad.mp3").write_text("no music at all")
    tab.send(TEMPO)
    tab.page.get_by_role("alert").get_by_text("Choose music first").wait_for()
    assert tab.page.get_by_label("Your question").input_value() == TEMPO
    tab.upload(tmp_path / "bad.mp3")
    alert = tab.page.get_by_role("alert").get_by_text("bad.mp3:")
    alert.wait_for()
    assert "/" not in alert.inner_text()
    tab.hear(ROCK)
    assert alert.count() == 0


def test_clear_and_options(tab: Tab) -> None:
    tab.press("Jazz")
    tab.page.get_by_role("heading", name="jazz.mp3").wait_for()
    tab.unfold_options()
    tab.page.get_by_label("Max new tokens").fill("3")
    tab.press("Long caption")
    tab.answered(1)
    assert "3 tokens" in tab.figures()
    assert "cut" in tab.figures()
    tab.press("Clear conversation")
    tab.page.get_by_text("Choose music, then ask.").wait_for()
    assert tab.answers() == []
    tab.press(TEMPO)
    tab.answered(1)


def test_the_conversation_is_saved_as_json(tab: Tab, tmp_path: Path) -> None:
    tab.hear(ROCK)
    tab.send(TEMPO)
    answer = tab.answered(1)
    with tab.page.expect_download() as download:
        tab.press("Download JSON")
    download.value.save_as(tmp_path / "saved.json")
    (saved,) = json.loads((tmp_path / "saved.json").read_text())["conversations"]
    assert saved["audio"] == "rock.mp3"
    assert [(turn["question"], turn["answer"]) for turn in saved["turns"]] == [(TEMPO, answer)]


def test_it_asks_nobody_but_its_own_server(tab: Tab, url: str) -> None:
    tab.hear(ROCK)
    tab.send(TEMPO)
    tab.answered(1)
    assert len(tab.requests) > 5
    assert not [asked for asked in tab.requests if not asked.startswith((url, "blob:", "data:"))]


def test_without_a_microphone_the_page_lives_on(tab: Tab) -> None:
    tab.page.get_by_label("Record audio").click()
    tab.page.get_by_text("No microphone found").first.wait_for(state="attached")
    tab.press("Rock")
    tab.page.get_by_role("heading", name="rock.mp3").wait_for()


def test_a_recording_is_heard(browser: Any, url: str) -> None:
    pretend = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with browser.browser_type.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", *pretend]
    ) as other:
        tab = Tab(other, url)
        tab.page.get_by_label("Record audio").click()
        tab.press("Record")
        tab.page.wait_for_timeout(2500)
        tab.page.locator("#music").get_by_role("button", name="Stop").first.click()
        tab.page.get_by_role("heading", name="recording 1").wait_for()


def test_it_fits_a_phone_and_follows_dark(browser: Any, url: str) -> None:
    window = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
    tab = Tab(browser, url, **window)
    tab.hear(ROCK)
    tab.send(LONG)
    tab.answered(1)
    assert tab.page.evaluate(OVERFLOW) <= 0
    color = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", color)[:3])) < 60
    tab.context.close()


def in_order(names: list[str], wanted: list[str]) -> bool:
    rest = iter(names)
    return all(name in rest for name in wanted)


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(tab: Tab) -> None:
    asking = ["Your question", "Ask", "Short caption", "Long caption", "Stop answering"]
    asking += ["Clear conversation", "Download JSON"]
    music = ["Upload file", "Record audio", "Jazz", "Rock"]
    names = tab.walk()
    assert in_order(names, ["Drop an audio file here to upload", *music, "Options", TEMPO, *asking])
    tab.hear(ROCK)
    tab.unfold_options()
    names = tab.walk()
    fields = ["Temperature", "Top k", "Max new tokens", "Seed"]
    assert in_order(names, ["Play", *music, "Add music", "Options", *fields, TEMPO, *asking])
    assert all(names), "something has no name"


def test_it_is_used_by_the_keyboard_alone(tab: Tab, engine: Engine) -> None:
    keyboard = tab.page.keyboard
    tab.page.locator("#music input[type=file]").wait_for(state="attached")
    choosers: list[Any] = []
    tab.page.on("filechooser", lambda chooser: choosers.append(chooser))
    for _ in range(10):  # it is drawn before it listens
        tab.tab_to("Drop an audio file here to upload")
        keyboard.press("Enter")
        tab.page.wait_for_timeout(1000)
        if choosers:
            break
    chooser = choosers[0]
    assert "audio/*" in chooser.element.get_attribute("accept")
    chooser.set_files(ROCK)
    tab.page.get_by_role("heading", name="rock.mp3").wait_for()
    tab.tab_to("Your question")
    keyboard.type(TEMPO)
    tab.tab_to("Ask")
    keyboard.press("Enter")
    assert tab.answered(1) == alone(engine, ROCK, TEMPO)
    tab.tab_to("Short caption")
    keyboard.press("Space")
    assert tab.answered(2) == alone(engine, ROCK, "Describe the audio")
    tab.tab_to("Options")
    keyboard.press("Enter")
    tab.tab_to("Temperature")
    tab.tab_to("Download JSON")
    with tab.page.expect_download():
        keyboard.press("Enter")
    tab.tab_to("Clear conversation")
    keyboard.press("Enter")
    tab.page.get_by_text("Choose music, then ask.").wait_for()


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, url: str, scheme: str, width: int) -> None:
    tab = Tab(browser, url, color_scheme=scheme, viewport={"width": width, "height": 800})
    tab.hear(ROCK)
    tab.send(TEMPO)
    tab.answered(1)
    tab.unfold_options()
    tab.send("")
    tab.page.get_by_role("alert").wait_for()
    tab.page.wait_for_timeout(1000)
    assert grave_violations(tab.page) == []
    tab.context.close()


def test_users_come_in_by_their_password(browser: Any, engine: Engine) -> None:
    blocks = start(engine, DemoOptions(port=0, auth=("ada:secret",)))
    context = browser.new_context()
    context.set_default_timeout(20_000)
    page = context.new_page()
    for password, inside in (("wrong", False), ("secret", True)):
        page.goto(blocks.local_url)
        page.get_by_label("username").fill("ada")
        page.get_by_label("password").fill(password)
        page.get_by_role("button", name="Login").click()
        if inside:
            page.get_by_label("Your question").wait_for()
        else:
            page.get_by_text("Incorrect Credentials").wait_for()
    context.close()
    blocks.close(verbose=False)
