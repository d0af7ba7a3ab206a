"""One process or many: who we are, who trains what, and how parts become whole again.

Processes are started by torchrun. Whole copies of the model are kept alike by torch's
DistributedDataParallel; a model that is too large for one device is spread by FSDP2
(`torch.distributed.fsdp.fully_shard`). Knows nothing of music or of what is learnt.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

from mullama.errors import UsageError

PATIENCE = timedelta(hours=4)
"""How long processes wait for one that hears its share of a data set, or writes a large model."""


@dataclass(frozen=True)
class World:
    """This process among those that train together."""

    rank: int = 0
    """Its number, from zero."""
    size: int = 1
    """How many there are."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    """Where it computes."""

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes files and speaks."""
        return self.rank == 0

    def any_rank(self, flag: bool) -> bool:
        """Whether any process says yes; all get the same answer."""
        return flag if self.size == 1 else self.all_reduce_sum(float(flag)) > 0

    def all_reduce_sum(self, value: float) -> float:
        """The sum over all processes."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64, device=self.device)
        distributed.all_reduce(summed)
        return summed.item()

    def gather(self, value: Any) -> list[Any]:
        """Every process's value, in the order of their numbers."""
        if self.size == 1:
            return [value]
        found: list[Any] = [None] * self.size
        distributed.all_gather_object(found, value)
        return found

    def barrier(self) -> None:
        """Until all processes have come this far."""
        if self.size > 1:
            distributed.barrier()


def init_distributed(device: str | None = None) -> World:
    """The world that torchrun describes in the environment; one process without it."""
    cuda = torch.cuda.is_available() and device in (None, "cuda")
    local = int(os.environ.get("LOCAL_RANK", "0"))
    size = int(os.environ.get("WORLD_SIZE", "1"))
    try:
        shard_like = torch.device("cuda", local) if cuda else torch.device(device or "cpu")
        torch.empty(0, device=shard_like)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"the device {device!r} cannot be used: {reason}") from error
    if size > 1 and not cuda and shard_like.type == "cuda":
        raise UsageError(f"several processes take a GPU each: leave out --device {device}")
    if size == 1:
        return World(device=shard_like)
    if shard_like.type == "cuda":
        torch.cuda.set_device(shard_like)
    if not distributed.is_initialized():
        backend = "nccl" if shard_like.type == "cuda" else "gloo"
        distributed.init_process_group(backend, timeout=PATIENCE)
    return World(distributed.get_rank(), size, shard_like)


def shutdown() -> None:
    """The end of what `join` began."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def shard(
    root: nn.Module,
    layers: list[nn.Module],
    dtype: torch.dtype,
    world: World,
    *,
    but: nn.Module | None = None,
) -> None:
    """Give every process a part of every parameter, gathered a layer at a time when it is needed.

    `but` is a part of the root that stays whole in every process.
    """
    if world.size == 1:
        return
    mesh = init_device_mesh(world.device.type, (world.size,))
    policy = MixedPrecisionPolicy(
        param_dtype=None if dtype == torch.float32 else dtype, reduce_dtype=torch.float32
    )
    for layer in layers:
        fully_shard(layer, mesh=mesh, mp_policy=policy)
    ignored = set() if but is None else set(but.parameters())
    fully_shard(root, mesh=mesh, mp_policy=policy, ignored_params=ignored)


def replicate(root: nn.Module, world: World) -> nn.Module:
    """Let gradients of all processes' copies be averaged."""
    if world.size == 1 or any(isinstance(p, DTensor) for p in root.parameters()):
        return root
    devices = [world.device] if world.device.type == "cuda" else None
    return DistributedDataParallel(root, device_ids=devices)


@contextlib.contextmanager
def sync_on_last(module: nn.Module, is_last: bool) -> Iterator[None]:
    """Exchange gradients after the last of a step's backward passes only."""
    if isinstance(module, DistributedDataParallel):
        with contextlib.nullcontext() if is_last else module.no_sync():
            yield
        return
    if isinstance(module, FSDPModule):
        module.set_requires_gradient_sync(is_last)
    yield


def reshard(root: nn.Module) -> None:
    """Let go of what was gathered for a forward pass that no backward pass follows."""
    if isinstance(root, FSDPModule):
        root.reshard()


def full_tensor(value: Any, keep: bool = True) -> Any:
    """The same nested state with tensors that are spread over processes gathered, on the CPU.

    All processes must take part; those that do not `keep` it hold one tensor at a time, and get none.
    """
    if isinstance(value, DTensor):
        gathered = value.full_tensor()
        return gathered.cpu() if keep else None
    if isinstance(value, Tensor):
        return value.detach().cpu() if keep else None
    if isinstance(value, dict):
        return {key: full_tensor(part, keep) for key, part in value.items()}
    return [full_tensor(part, keep) for part in value] if isinstance(value, list) else value


def shard_like(stored: Tensor, like: Tensor) -> Tensor:
    """A whole tensor as `like` has it: on its device, spread as it is."""
    if isinstance(like, DTensor):
        return distribute_tensor(
            stored.to(like.device, like.dtype), like.device_mesh, like.placements
        )
    return stored.to(like.device, like.dtype)
