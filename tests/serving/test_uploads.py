import hashlib
import time
from typing import Any

import httpx
import pytest

from mullama.catalogue.describe import GREEDY
from mullama.catalogue.record import TOPICS, CaptionRecord
from running_server import RunningServer, ask, user, wav
from waiting import wait_until

openai = pytest.importorskip("openai")


def upload(server: RunningServer, data: bytes, **more: Any) -> httpx.Response:
    return httpx.post(server.url + "/files", files={"file": ("a.wav", data)}, timeout=60, **more)


def by_id(file_id: str) -> dict[str, Any]:
    return {"type": "file", "file": {"file_id": file_id}}


def test_a_file_is_sent_once_and_asked_about_often(server: RunningServer) -> None:
    with openai.OpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
        sent = client.files.create(file=("song.wav", wav(1)), purpose="user_data")
        assert (sent.bytes, sent.filename) == (len(wav(1)), "song.wav")
        assert sent.expires_at - sent.created_at == 24 * 3600
        assert client.files.create(file=("b.wav", wav(1)), purpose="user_data").id == sent.id
        answers = {
            client.chat.completions.create(model="tiny", messages=[user(by_id(sent.id))])
            .choices[0]
            .message.content
            for _ in range(3)
        }
        assert len(answers) == 1
        assert [file.id for file in client.files.list()] == [sent.id]
        assert client.files.retrieve(sent.id).id == sent.id
        assert client.files.delete(sent.id).deleted
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(sent.id)
        with pytest.raises(openai.NotFoundError) as gone:
            client.chat.completions.create(model="tiny", messages=[user(by_id(sent.id))])
        assert gone.value.param == "messages[0].content[0].file.file_id"


def test_an_upload_expires(serving: Any) -> None:
    with serving(limits={"stored_hours": 1 / 3600}) as server:
        file_id = upload(server, wav(1)).json()["id"]
        time.sleep(1.1)
        assert server.post(ask(user(by_id(file_id)))).status_code == 404
        wait_until(lambda: server.service.sounds.store.nbytes == 0)


def test_one_caller_s_uploads_are_not_another_s(serving: Any) -> None:
    me, you = ({"authorization": f"Bearer key-of-{who}"} for who in ("me", "you"))
    with serving(keys=("key-of-me", "key-of-you")) as server:
        file_id = upload(server, wav(1), headers=me).json()["id"]
        assert server.get("/v1/files", headers=you).json()["data"] == []
        for refused in (
            server.post(ask(user(by_id(file_id))), headers=you),
            server.get(f"/v1/files/{file_id}", headers=you),
            httpx.delete(f"{server.url}/files/{file_id}", headers=you),
        ):
            assert refused.status_code == 404
        assert server.post(ask(user(by_id(file_id))), headers=me).status_code == 200


def test_what_is_no_music_is_refused_and_not_kept(server: RunningServer) -> None:
    refused = upload(server, b"words, words")
    assert refused.status_code == 415
    assert refused.json()["error"]["message"].startswith("a.wav: ")
    wait_until(lambda: server.service.sounds.store.nbytes == 0)
    assert server.get("/v1/files").json()["data"] == []


def test_a_file_that_is_too_large_or_finds_no_room_is_refused(serving: Any) -> None:
    with serving(limits={"max_upload_mb": 0.1, "max_stored_mb": 0.06}) as server:
        assert upload(server, b"x" * 200_000).status_code == 413
        assert upload(server, wav(1)).status_code == 200  # 48 kB
        full = upload(server, wav(2))
        assert (full.status_code, full.headers["retry-after"]) == (503, "1")
        assert full.json()["error"]["code"] == "storage_full"


@pytest.mark.parametrize(
    "content", [{"json": {"file": "x"}}, {"data": {"purpose": "x"}}, {"content": b"x"}]
)
def test_what_is_no_form_with_a_file_is_refused(server: RunningServer, content: Any) -> None:
    refused = httpx.post(server.url + "/files", **content)
    assert refused.status_code in (400, 415)
    assert refused.json()["error"]["message"]


@pytest.mark.parametrize(
    "file_id", ["file-", "file-x", "..%2f..%2fetc%2fpasswd", "file-" + "0" * 64]
)
def test_ids_that_are_none(server: RunningServer, file_id: str) -> None:
    assert server.get(f"/v1/files/{file_id}").status_code == 404


def test_captions(server: RunningServer, mu: Any, tmp_path: Any) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(1))
    song = mu.listen(path)
    sent = httpx.post(
        server.url + "/captions", files={"file": ("a.wav", wav(1))}, timeout=60
    ).json()
    told = sent.pop("mullama")
    assert sent["caption"] == song.caption(**GREEDY).text
    record = CaptionRecord.from_json(sent, "the answer")
    assert (record.path, record.model, record.text) == ("a.wav", "tiny", sent["caption"])
    assert record.digest == hashlib.sha256(wav(1)).hexdigest()
    assert tuple(record.fields) == TOPICS
    mood = song.ask("What is the mood?", **GREEDY)
    assert record.fields["mood"].text == mood.text
    assert told["seconds_heard"] == record.seconds_heard == 1.0
    file_id = upload(server, wav(1)).json()["id"]
    form = {"file_id": file_id, "length": "long"}
    long = httpx.post(server.url + "/captions", data=form, timeout=60).json()
    assert long["text"] == long["long_caption"] == song.caption("long", **GREEDY).text
    assert long["path"] == "a.wav"


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"data": {"length": "short"}}, "file"),
        ({"files": {"file": wav(1)}, "data": {"length": "huge"}}, "length"),
        ({"files": {"file": wav(1)}, "data": {"file_id": "file-x"}}, "file"),
        ({"data": {"file_id": "file-x"}}, "file_id"),
        ({"files": {"file_id": wav(1)}}, "file_id"),
        ({"data": {"file": "words"}}, "file"),
        ({"files": {"file": b"no music"}}, "file"),
        ({"files": {"file": wav(1)}, "data": {"size": "3"}}, "size"),
    ],
)
def test_captions_that_cannot_be(server: RunningServer, form: Any, param: str) -> None:
    refused = httpx.post(server.url + "/captions", timeout=60, **form)
    assert 400 <= refused.status_code < 500
    assert refused.json()["error"]["param"] == param
