"""Threads encode together what they would encode alone."""

import threading

import pytest
import torch
from torch import Tensor

from mullama.listen.joint_encoding import JointEncoding
from mullama.listen.listening import encode_windows
from mullama.song import MuLlama
from tiny import RATE

SLOW = 120.0


class Counted:
    """An encoder whose first call waits until everybody is there."""

    def __init__(self, encoder: object, line: list[object], expected: int) -> None:
        self._encoder, self._line, self._expected = encoder, line, expected
        self.shapes: list[tuple[int, ...]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, windows: Tensor) -> Tensor:
        arrived = threading.Event()
        while not self.shapes and len(self._line) < self._expected and not arrived.wait(0.005):
            pass
        self.shapes.append(tuple(windows.shape))
        if windows.isnan().any():
            raise ValueError("not a sound")
        return self._encoder.encode(windows)


def test_equal_windows_go_together_and_errors_stay_with_their_own(mu: MuLlama) -> None:
    encoder = mu.model.encoder
    sounds = [torch.randn(1, RATE)] + [torch.randn(2, RATE) for _ in range(4)]
    sounds += [torch.randn(1, RATE // 2), torch.full((1, RATE), float("nan"))]
    joint = JointEncoding(encoder)
    counted = joint._encoder = Counted(encoder, joint._line, len(sounds) - 1)
    found: dict[int, Tensor | Exception] = {}

    def encode(number: int) -> None:
        try:
            found[number] = joint(sounds[number])
        except ValueError as error:
            found[number] = error

    threads = [threading.Thread(target=encode, args=(n,)) for n in range(len(sounds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SLOW)
    assert isinstance(found.pop(len(sounds) - 1), ValueError)
    for number, means in found.items():
        alone = encode_windows(encoder, sounds[number])
        torch.testing.assert_close(means, alone.detach(), rtol=1e-4, atol=1e-5)
    assert max(shape[0] for shape in counted.shapes) > 2
    assert not joint._line


def test_memory_that_does_not_suffice_is_its_own_error(mu: MuLlama) -> None:
    joint = JointEncoding(mu.model.encoder)
    with pytest.raises(RuntimeError):
        joint(torch.randn(1, 3))  # shorter than the encoder's first product
    assert joint(torch.randn(1, RATE)).shape[0] == 1
