"""Clips are interviewed by a server over a real socket, whatever it does on the way."""

import time

import pytest

from canned_server import CannedServer
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.writers import WriterOptions, open_writer
from mullama.musicqa.writers import endpoint as endpoint_module
from mullama.musicqa.writers.address import EndpointError

pytest.importorskip("openai", reason="needs the musicqa extra")
SECRET = "sk-Very/secret+1"
PATH = "/v1/chat/completions"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "FIRST_WAIT", 0.01)
    for name in ("MULLAMA_API_KEY", "OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def clips(*texts: str) -> list[Description]:
    return [Description("test", str(n), text, "caption") for n, text in enumerate(texts)]


def interviews(server: CannedServer, *texts: str, **options: float) -> dict[str, Clip]:
    writer = open_writer(f"openai:{server.url}#canned", WriterOptions(**options))  # type: ignore[arg-type]
    return {clip.text: clip for clip in writer.write(clips(*texts))}


def test_every_clip_gets_its_own_nine_pairs() -> None:
    with CannedServer() as server:
        found = interviews(server, "a song", "another song")
    assert [len(clip.pairs) for clip in found.values()] == [9, 9]
    assert found["a song"].pairs != found["another song"].pairs
    assert found["a song"].writer == "openai:canned"


def test_many_clips_are_under_way_at_once_and_no_more_than_wanted() -> None:
    with CannedServer(latency=0.05) as server:
        found = interviews(server, *(f"song {n}" for n in range(20)), in_flight=5)
    assert len(found) == 20
    assert 1 < server.most_at_once <= 5


@pytest.mark.parametrize("mark", ["429", "500", "503", "cut", "half", "html"])
def test_what_passes_is_waited_for(mark: str) -> None:
    with CannedServer() as server:
        (clip,) = interviews(server, f"a song [{mark}]").values()
    assert not clip.failed
    assert len(server.requests) == 4


def test_a_silent_server_is_asked_again() -> None:
    with CannedServer() as server:
        (clip,) = interviews(server, "a song [silent]", timeout=0.5).values()
    assert not clip.failed


@pytest.mark.parametrize("mark", ["malformed", "unwanted"])
def test_a_reply_that_cannot_be_used_is_corrected(mark: str) -> None:
    with CannedServer() as server:
        (clip,) = interviews(server, f"a song [{mark}]").values()
    assert not clip.failed
    assert any("cannot be used" in body["messages"][-1]["content"] for body in server.requests)


@pytest.mark.parametrize("mark", ["refuse", "long"])
def test_a_clip_that_gets_nothing_usable_fails_with_the_last_text(mark: str) -> None:
    with CannedServer() as server:
        found = interviews(server, f"a song [{mark}]", "a good song", attempts=2)
    bad = found[f"a song [{mark}]"]
    assert "2 attempts" in bad.failed
    assert bad.last_text
    assert not bad.pairs
    assert not found["a good song"].failed


def test_a_broken_request_fails_its_clip_alone() -> None:
    with CannedServer() as server:
        found = interviews(server, "a song [broken]", "a good song", retries=1)
    assert found["a song [broken]"].failed.startswith("Error code: 500")
    assert not found["a good song"].failed


def test_without_structured_output_text_is_read() -> None:
    with CannedServer(structured=False) as server:
        found = interviews(server, "a song", "another song", in_flight=1)
    assert not any(clip.failed for clip in found.values())
    assert sum("response_format" in body for body in server.requests) == 1


def test_a_refused_field_is_left_out_from_then_on() -> None:
    with CannedServer(refuses=("seed", "temperature")) as server:
        found = interviews(server, "a song", "another song", in_flight=1)
    assert not any(clip.failed for clip in found.values())
    assert len(server.requests) == 4 + 2
    assert "response_format" in server.requests[-1]


def test_a_server_that_is_gone_ends_the_job() -> None:
    with CannedServer() as server:
        url = server.url
    writer = open_writer(f"openai:{url}#canned", WriterOptions(retries=0))
    with pytest.raises(EndpointError, match="same command goes on"):
        list(writer.write(clips(*(f"song {n}" for n in range(20)))))


def test_the_key_is_sent_and_told_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULLAMA_API_KEY", SECRET)
    marks = ("echo-key", "echo-key-late", "echo-key-in-nonsense", "echo-key-in-reply")
    with CannedServer(key=SECRET) as server:
        found = interviews(server, "a song", *(f"a song [{mark}]" for mark in marks))
    assert not found["a song"].failed
    told = {mark: found[f"a song [{mark}]"] for mark in marks}
    assert "***" in told["echo-key"].failed
    assert "***" in told["echo-key-in-nonsense"].last_text
    assert all(" is Bearer *** " in answer for _, answer in told["echo-key-in-reply"].pairs)
    for clip in told.values():
        assert SECRET[:8] not in str(clip.as_dict())


@pytest.mark.parametrize("key", ["sk-a b", "sk-ü", "sk-\n\nHost: other"])
def test_what_no_header_takes_is_no_key(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULLAMA_API_KEY", key)
    with CannedServer() as server, pytest.raises(UsageError, match="is not a key") as raised:
        interviews(server, "a song")
    assert "sk-" not in str(raised.value)
    assert not server.paths


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_server_gets_nothing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULLAMA_API_KEY", SECRET)
    with CannedServer() as other:
        target = f"{other.url}/chat/completions"
        with CannedServer(redirects={PATH: (status, target)}) as server:
            with pytest.raises(EndpointError, match="to another server, 'http://127") as raised:
                interviews(server, "a song")
            assert len(server.paths) == 1
    assert not other.paths
    assert str(other.port) in str(raised.value)


@pytest.mark.parametrize(
    "location",
    [
        "//other/v1",
        "https://127.0.0.1/v1",
        "http://127.0.0.1:x/v1",
        "ftp://127.0.0.1/v1",
        "http://[",
    ],
)
def test_odd_places_are_other_servers(location: str) -> None:
    with (
        CannedServer(redirects={PATH: (307, location)}) as server,
        pytest.raises(EndpointError, match="another server"),
    ):
        interviews(server, "a song")


@pytest.mark.parametrize("status", [307, 308])
def test_the_same_server_may_redirect(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULLAMA_API_KEY", SECRET)
    with CannedServer(key=SECRET, redirects={PATH: (status, f"{PATH}/")}) as server:
        (clip,) = interviews(server, "a song").values()
    assert len(clip.pairs) == 9
    assert server.paths == [PATH, f"{PATH}/"] * 2


def test_a_redirect_without_content_is_told() -> None:
    with (
        CannedServer(redirects={PATH: (301, f"{PATH}/")}) as server,
        pytest.raises(
            EndpointError, match=r"without their content \(301\) to 'http.*completions/'"
        ),
    ):
        interviews(server, "a song")


def test_a_circle_of_redirects_ends() -> None:
    with (
        CannedServer(redirects={PATH: (307, PATH)}) as server,
        pytest.raises(EndpointError, match="redirects more than 3 times"),
    ):
        interviews(server, "a song")
    assert len(server.paths) <= 5


def test_openais_key_goes_to_openai_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with CannedServer(key=SECRET) as server, pytest.raises(EndpointError, match="MULLAMA_API_KEY"):
        interviews(server, "a song")


def test_tokens_and_cost_are_added_up() -> None:
    with CannedServer() as server:
        options = WriterOptions(price_in=1e6, price_out=2e6)
        writer = open_writer(f"openai:{server.url}#canned", options)
        list(writer.write(clips("a song")))
    usage = writer.usage
    assert (usage.requests, usage.tokens_in, usage.tokens_out) == (2, 200, 40)
    assert usage.cost == 280


def test_a_rate_limit_spaces_the_requests() -> None:
    with CannedServer() as server:
        begin = time.monotonic()
        interviews(server, "a song", "another song", requests_per_minute=600)
    assert time.monotonic() - begin >= 3 * 0.1


@pytest.mark.parametrize(
    "name", ["openai:", "openai:http://host/v1", "openai:file:///x#m", "openai:http://[#m"]
)
def test_an_address_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        open_writer(name)


def test_a_key_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="environment") as raised:
        open_writer(f"openai:http://me:{SECRET}@host/v1#m")
    assert SECRET not in str(raised.value)
