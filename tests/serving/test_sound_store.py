import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from mullama.serving.room import NoRoomError
from mullama.serving.sound_store import LOCK, PREFIX, SoundStore


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SoundStore]:
    opened = SoundStore(tmp_path, max_bytes=100, lifetime=60, clock=clock)
    yield opened
    opened.close()
    assert not list(tmp_path.glob(f"{PREFIX}*"))


def files(store: SoundStore) -> set[str]:
    return {path.name for path in store.folder.iterdir()} - {LOCK}


def test_a_sound_lies_there_while_it_is_held(store: SoundStore) -> None:
    with store.put([b"mus", b"ic"]) as held:
        assert held.digest == sha256(b"music").hexdigest()
        assert held.path.read_bytes() == b"music"
        assert store.room.taken == 5
        with store.put([b"music"]) as again:
            assert again.path == held.path
            assert store.room.taken == 5
        assert held.path.exists()
    assert not files(store)
    assert store.room.taken == 0


def test_releasing_twice_is_releasing_once(store: SoundStore) -> None:
    with store.put([b"music"]) as first, store.put([b"music"]) as second:
        first.release()
        first.release()
        assert second.path.exists()


def test_an_upload_stays_until_it_expires(store: SoundStore, clock: Clock) -> None:
    with store.put([b"music"]) as held:
        upload = store.promise(held, name="a.mp3", owner="me")
    assert store.uploads("me") == [upload]
    assert upload.expires == 1060
    clock.now = 1059.0
    sound = store.hold(upload.digest, "me")
    assert sound is not None
    clock.now = 1060.0
    assert store.upload(upload.digest, "me") is None
    assert store.hold(upload.digest, "me") is None
    assert sound.path.read_bytes() == b"music"  # who asks about it just then is not let down
    sound.release()
    assert not files(store)


def test_an_upload_is_its_owner_s_alone(store: SoundStore) -> None:
    with store.put([b"music"]) as held:
        upload = store.promise(held, name="a.mp3", owner="me")
    assert store.hold(upload.digest, "you") is None
    assert store.uploads("you") == []
    assert not store.forget(upload.digest, "you")
    with store.put([b"music"]) as held:
        store.promise(held, name="b.mp3", owner="you")
    assert store.forget(upload.digest, "me")
    assert store.hold(upload.digest, "me") is None
    yours = store.hold(upload.digest, "you")
    assert yours is not None
    yours.release()
    assert store.forget(upload.digest, "you")
    assert not files(store)


def test_disk_is_bounded_and_what_did_not_fit_leaves_nothing(store: SoundStore) -> None:
    with store.put([b"x" * 60]):
        with pytest.raises(NoRoomError):
            store.put([b"y" * 30, b"y" * 30])
        assert store.room.taken == 60
        assert len(files(store)) == 1
        with store.put([b"z" * 40]):
            assert store.room.taken == 100
    assert store.room.taken == 0


def test_bytes_that_stop_coming_leave_nothing(store: SoundStore) -> None:
    def broken() -> Iterator[bytes]:
        yield b"some"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store.put(broken())
    assert store.room.taken == 0
    assert not files(store)


def test_threads_share_a_store(tmp_path: Path) -> None:
    store = SoundStore(tmp_path, max_bytes=10_000, lifetime=60)

    def work(number: int) -> None:
        for turn in range(100):
            data = f"{(number + turn) % 3}".encode() * 10
            with store.put([data]) as held:
                assert held.path.read_bytes() == data

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.room.taken == 0
    assert not files(store)
    store.close()


def test_what_a_killed_process_left_is_cleared_up_and_a_living_one_s_is_not(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from mullama.serving.sound_store import SoundStore;"
        "store = SoundStore(Path(sys.argv[1]), max_bytes=100, lifetime=60); store.put([b'music']);"
        "print(store.folder, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        theirs = Path(process.stdout.readline().strip())
        SoundStore(tmp_path, max_bytes=100, lifetime=60).close()
        assert (theirs / sha256(b"music").hexdigest()).exists()
        os.kill(process.pid, signal.SIGKILL)
    SoundStore(tmp_path, max_bytes=100, lifetime=60).close()
    assert not theirs.exists()
