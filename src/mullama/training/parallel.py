"""One process or many: which one this is, which parameters it holds, and how shards become whole again.

Processes are started by torchrun. Whole copies of the model are kept equal by torch's
DistributedDataParallel; a model that is too large for one device is sharded by FSDP2
(`torch.distributed.fsdp.fully_shard`). Does not know music, nor objectives.
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

from mullama.checkpoints.placement import usable_device
from mullama.errors import UsageError

TIMEOUT = timedelta(hours=4)
"""How long processes wait for one that encodes its share of a data set, or writes a large model."""


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
        """Whether this process is the one that writes files and reports."""
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
    """The world that torchrun describes in the environment; one process without it.

    Raises UsageError for a device that cannot be used.
    """
    cuda = torch.cuda.is_available() and device in (None, "cuda")
    local = int(os.environ.get("LOCAL_RANK", "0"))
    size = int(os.environ.get("WORLD_SIZE", "1"))
    place = torch.device("cuda", local) if cuda else usable_device(device or "cpu")
    if size > 1 and not cuda and place.type == "cuda":
        raise UsageError(f"several processes take a GPU each: leave out --device {device}")
    if size == 1:
        return World(device=place)
    if place.type == "cuda":
        torch.cuda.set_device(place)
    if not distributed.is_initialized():
        backend = "nccl" if place.type == "cuda" else "gloo"
        distributed.init_process_group(backend, timeout=TIMEOUT)
    return World(distributed.get_rank(), size, place)


def shutdown() -> None:
    """Undo `init_distributed`."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def shard(
    root: nn.Module,
    layers: list[nn.Module],
    dtype: torch.dtype,
    world: World,
    *,
    whole: nn.Module | None = None,
) -> None:
    """Give every process a part of every parameter, gathered a layer at a time when it is needed.

    `whole` is a part of the root that every process holds in full.
    """
    if world.size == 1:
        return
    mesh = init_device_mesh(world.device.type, (world.size,))
    policy = MixedPrecisionPolicy(
        param_dtype=None if dtype == torch.float32 else dtype, reduce_dtype=torch.float32
    )
    for layer in layers:
        fully_shard(layer, mesh=mesh, mp_policy=policy)
    ignored = set() if whole is None else set(whole.parameters())
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


def full_tensor(value: Any, retain: bool = True) -> Any:
    """The same nested state with sharded tensors gathered, on the CPU.

    All processes must take part; those that do not `retain` it hold one tensor at a time, and get None
    for each.
    """
    if isinstance(value, DTensor):
        gathered = value.full_tensor()
        return gathered.cpu() if retain else None
    if isinstance(value, Tensor):
        return value.detach().cpu() if retain else None
    if isinstance(value, dict):
        return {key: full_tensor(part, retain) for key, part in value.items()}
    return [full_tensor(part, retain) for part in value] if isinstance(value, list) else value


def shard_like(stored: Tensor, like: Tensor) -> Tensor:
    """A whole tensor as `like` has it: on its device, sharded as it is."""
    if isinstance(like, DTensor):
        return distribute_tensor(
            stored.to(like.device, like.dtype), like.device_mesh, like.placements
        )
    return stored.to(like.device, like.dtype)
