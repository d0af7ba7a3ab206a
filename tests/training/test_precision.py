import pytest
import torch

from mullama.training.precision import DTYPES, autocast, cast, slowed

CPU = torch.device("cpu")


@pytest.mark.parametrize("precision", DTYPES)
def test_products_are_of_that_type_and_parameters_stay(precision: str) -> None:
    layer = torch.nn.Linear(4, 4)
    with autocast(CPU, precision):
        assert layer(torch.ones(1, 4)).dtype == DTYPES[precision]
    assert layer.weight.dtype == torch.float32


def test_whole_numbers_stay_as_they_are() -> None:
    assert cast(torch.ones(2), "bfloat16").dtype == torch.bfloat16
    assert cast(torch.ones(2, dtype=torch.long), "bfloat16").dtype == torch.long


def test_what_a_precision_costs_is_measured_on_a_cpu_alone() -> None:
    assert slowed(CPU, "float32") == 1
    assert slowed(torch.device("cuda"), "bfloat16") == 1
    assert 0.02 < slowed(CPU, "bfloat16") < 500
