"""The openai client against a real server."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch

from mullama.song import MuLlama, Song
from running_server import RunningServer, ask, sound_part, user, wav

openai = pytest.importorskip("openai")


@pytest.fixture
def client(server: RunningServer) -> Iterator[Any]:
    with openai.OpenAI(base_url=server.url, api_key="none", max_retries=0) as opened:
        yield opened


@pytest.fixture
def song(mu: MuLlama, tmp_path: Path) -> Callable[[int], Song]:
    """What the model itself hears of a clip, alone."""

    def listen(seed: int) -> Song:
        path = tmp_path / f"{seed}.wav"
        path.write_bytes(wav(seed))
        return mu.listen(path)

    return listen


def complete(client: Any, *messages: dict[str, Any], **more: Any) -> Any:
    return client.chat.completions.create(model="tiny", messages=list(messages), **more)


def test_an_answer_is_the_model_s_own(client: Any, song: Callable[[int], Song]) -> None:
    answer = song(1).ask("What plays?")
    found = complete(client, user(sound_part(wav(1))), logprobs=True)
    (choice,) = found.choices
    assert choice.message.content == answer.text
    assert choice.finish_reason == answer.finish_reason
    assert [token.logprob for token in choice.logprobs.content] == pytest.approx(
        answer.token_logprobs, abs=1e-4
    )
    assert "".join(token.token for token in choice.logprobs.content) == answer.text
    assert found.usage.completion_tokens == len(answer.token_ids)
    assert found.usage.total_tokens == found.usage.prompt_tokens + len(answer.token_ids)
    heard = found.model_extra["mullama"]
    assert (heard["seconds_heard"], heard["seconds_total"], heard["cut"]) == (1.0, 1.0, False)


def test_a_stream_is_the_same_answer_and_ends_with_usage(
    client: Any, song: Callable[[int], Song]
) -> None:
    answer = song(1).ask("What plays?")
    chunks = list(
        complete(
            client,
            user(sound_part(wav(1))),
            stream=True,
            logprobs=True,
            stream_options={"include_usage": True},
        )
    )
    *parts, last = chunks
    assert "".join(part.choices[0].delta.content or "" for part in parts) == answer.text
    assert parts[0].choices[0].delta.role == "assistant"
    assert len(parts) > 3  # piece by piece
    assert [p.choices[0].finish_reason for p in parts] == [None] * (len(parts) - 1) + ["length"]
    tokens = [token for part in parts for token in part.choices[0].logprobs.content]
    assert [token.logprob for token in tokens] == pytest.approx(answer.token_logprobs, abs=1e-4)
    assert parts[-1].model_extra["mullama"]["seconds_heard"] == 1.0
    assert last.choices == []
    assert last.usage.completion_tokens == len(answer.token_ids)
    assert len({chunk.id for chunk in chunks}) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_top_logprobs_are_the_model_s_own(
    client: Any, mu: MuLlama, song: Callable[[int], Song], stream: bool
) -> None:
    """Equal to the log-softmax of one pass over the whole answer, whatever the sampling and the company."""
    told = {"logprobs": True, "seed": 3, "temperature": 1.5, "n": 2, "max_tokens": 12}
    found = complete(
        client,
        user(sound_part(wav(1))),
        **told,
        extra_body={"repetition_penalty": 1.2},
        top_logprobs=20,
        stream=stream,
    )
    parts = list(found) if stream else [found]
    tokens = [t for p in parts for c in p.choices if c.index == 1 for t in c.logprobs.content]
    heard = song(1)
    options = {"seed": 4, "temperature": 1.5, "repetition_penalty": 1.2, "max_new_tokens": 12}
    ids = heard.ask("What plays?", **options).token_ids
    assert len(tokens) == len(ids)
    read = list(mu.row("What plays?", mu.sampling()).prompt)
    for token, taken in zip(tokens, ids, strict=True):
        logits, _ = mu.decoder.start(torch.tensor([read]), heard.shifts[None])
        best = logits[0].float().log_softmax(-1).topk(20)
        logprobs = [top.logprob for top in token.top_logprobs]
        assert logprobs == pytest.approx(best.values.tolist(), abs=1e-4)
        if taken in (likeliest := best.indices.tolist()):
            place = likeliest.index(taken)
            top = token.top_logprobs[place]
            assert (top.token, top.logprob) == (token.token, token.logprob)
        for top in token.top_logprobs:
            assert top.bytes in (None, list(top.token.encode()))
        read.append(taken)


def test_without_them_there_are_no_top_logprobs(client: Any) -> None:
    for more in ({}, {"top_logprobs": 0}):
        (choice,) = complete(client, user(text="x"), logprobs=True, **more).choices
        assert all(token.top_logprobs == [] for token in choice.logprobs.content)


def test_a_stream_ends_with_done_and_without_usage_unless_asked(server: RunningServer) -> None:
    response = server.post(ask(user(sound_part(wav(1))), stream=True))
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.endswith("}\n\ndata: [DONE]\n\n")
    assert '"usage"' not in response.text


def test_several_answers_have_seeds_that_go_up(client: Any, song: Callable[[int], Song]) -> None:
    found = complete(client, user(sound_part(wav(1))), n=3, seed=5, temperature=1.0)
    heard = song(1)
    expected = [heard.ask("What plays?", seed=5 + n, temperature=1.0).text for n in range(3)]
    assert len(set(expected)) > 1
    assert [choice.message.content for choice in found.choices] == expected


def test_several_streamed_answers_do_not_mix(client: Any, song: Callable[[int], Song]) -> None:
    stream = complete(client, user(sound_part(wav(1))), n=3, seed=5, temperature=1.0, stream=True)
    texts = ["", "", ""]
    for chunk in stream:
        texts[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    heard = song(1)
    assert texts == [heard.ask("What plays?", seed=5 + n, temperature=1.0).text for n in range(3)]


def test_stop_and_longest_answer(client: Any, song: Callable[[int], Song]) -> None:
    text = song(1).ask("What plays?").text
    stop = text[4:6]
    for more in ({}, {"stream": True}):
        found = complete(client, user(sound_part(wav(1))), stop=[stop, "never there"], **more)
        if more:
            parts = [chunk.choices[0] for chunk in found]
            words, reason = "".join(p.delta.content or "" for p in parts), parts[-1].finish_reason
        else:
            words, reason = found.choices[0].message.content, found.choices[0].finish_reason
        assert (words, reason) == (text[: text.index(stop)], "stop")
    for name in ("max_tokens", "max_completion_tokens"):
        short = complete(client, user(sound_part(wav(1))), **{name: 2})
        assert short.usage.completion_tokens == 2
        assert short.choices[0].finish_reason == "length"


def test_a_conversation_is_about_its_newest_sound(client: Any, song: Callable[[int], Song]) -> None:
    first, said = user(sound_part(wav(1))), {"role": "assistant", "content": "A fiddle."}
    again = complete(client, first, said, user(text="How fast is it?"))
    assert again.choices[0].message.content == song(1).ask("How fast is it?").text
    assert again.model_extra["mullama"]["unread_messages"] == [0, 1]
    other = complete(client, first, said, user(sound_part(wav(2)), text="And this?"))
    assert other.choices[0].message.content == song(2).ask("And this?").text


def test_without_music_the_language_model_answers(client: Any, mu: MuLlama) -> None:
    found = complete(client, user(text="What is a fugue?"))
    assert found.choices[0].message.content == mu.no_song().ask("What is a fugue?").text
    assert found.model_extra["mullama"]["seconds_heard"] == 0


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_no_music_is_415_in_either_way(client: Any, stream: bool) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        complete(client, user(sound_part(b"no music at all")), stream=stream)
    assert refused.value.status_code == 415
    assert refused.value.param == "messages[0].content[0].input_audio.data"
    assert refused.value.code == "unreadable_audio"
    assert "/" not in refused.value.body["message"]  # no path of the server's


def test_a_sound_that_is_too_long_is_refused(serving: Any) -> None:
    with serving(limits={"max_seconds": 1.5}) as server:
        assert server.post(ask(user(sound_part(wav(1))))).status_code == 200
        refused = server.post(ask(user(sound_part(wav(1, 2.0)))))
    assert refused.status_code == 413
    assert "1.5 s" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("more", "status", "param"),
    [
        ({"tools": [{"type": "function"}]}, 422, "tools"),
        ({"response_format": {"type": "json_object"}}, 422, "response_format"),
        ({"top_logprobs": 2}, 400, "top_logprobs"),
        ({"top_logprobs": 21, "logprobs": True}, 400, "top_logprobs"),
        ({"temperature": 200}, 400, "temperature"),
        ({"nonsense": 1}, 400, "nonsense"),
        ({"n": 9}, 400, "n"),
        ({"max_tokens": 5000}, 400, "max_completion_tokens"),
        ({"model": "gpt-4o"}, 404, "model"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, 400, "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, "messages[0].content[0]"),
        ({"messages": [{"role": "king", "content": "x"}]}, 400, "messages[0].role"),
        (
            {"messages": [user({"type": "input_audio", "input_audio": {"format": "wav"}})]},
            400,
            "messages[0].content[0].input_audio.data",
        ),
        ({"messages": [user(sound_part(wav(1))), {"role": "assistant", "content": "x"}]}, 422, "messages[1]"),
    ],
)  # fmt: skip
def test_refusals_name_the_field(
    server: RunningServer, more: dict[str, Any], status: int, param: str
) -> None:
    refused = server.post({**ask(user(text="What plays?")), **more})
    error = refused.json()["error"]
    assert (refused.status_code, error["param"]) == (status, param), error
    assert error["type"] == ("not_found_error" if status == 404 else "invalid_request_error")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_said_to_be_json(server: RunningServer, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    body = json.dumps(ask(user())).encode()
    refused = httpx.post(server.url + "/chat/completions", content=body, headers=headers)
    error = refused.json()["error"]
    assert (refused.status_code, error["param"], error["code"]) == (415, "Content-Type", "no_json")
    assert "application/json" in error["message"]


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"", "empty"), (b"null", "empty"), (b"[1]", "no JSON object"), (b"1", "no JSON")],
)
def test_a_body_that_is_no_object(server: RunningServer, body: bytes, said: str) -> None:
    headers = {"content-type": "application/json"}
    refused = httpx.post(server.url + "/chat/completions", content=body, headers=headers)
    assert refused.status_code == 400
    assert said in refused.json()["error"]["message"]


def test_every_way_to_send_a_sound_is_the_same(server: RunningServer) -> None:
    data = base64.b64encode(wav(1)).decode()
    parts = [
        sound_part(wav(1), "mp3"),  # the sound's own first bytes decide
        {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{data}"}},
        {
            "type": "audio_url",
            "audio_url": {"url": "data:audio/wav," + "".join(f"%{b:02x}" for b in wav(1))},
        },
        {"type": "file", "file": {"file_data": data, "filename": "a.wav"}},
        {"type": "file", "file": {"file_data": f"data:audio/wav;base64,{data}"}},
    ]
    answers = [server.post(ask(user(part))).json() for part in parts]
    assert len({answer["choices"][0]["message"]["content"] for answer in answers}) == 1
    assert not list(server.service.sounds.store.folder.glob("[0-9a-f]*"))  # nothing is left behind


def test_models(client: Any) -> None:
    assert [model.id for model in client.models.list()] == ["tiny"]
    assert client.models.retrieve("tiny").id == "tiny"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("large")
