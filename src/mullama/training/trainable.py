"""The model with what only training needs, as a module whose forward pass is a loss. Knows no data."""

from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from mullama.training.objective import Objective


class TrainableModel(nn.Module):
    """The model; a subclass adds the modules that only training needs."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model


class LossModule(nn.Module):
    """What DistributedDataParallel and FSDP wrap: every parameter, behind one forward pass."""

    def __init__(self, trainable: TrainableModel) -> None:
        super().__init__()
        self.trainable = trainable

    def forward(self, objective: Objective, micro: Any) -> Float[Tensor, ""]:
        """The loss of a micro-batch by an objective over this model; see Objective.loss."""
        return objective.loss(micro)
