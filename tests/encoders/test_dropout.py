from __future__ import annotations

import pytest
import torch
from torch import nn

from crossglot.encoders.kernels.dropout import QuickDropout, dropout, quicken_dropout


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(11)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_units_are_dropped_with_the_probability_asked_for_and_the_mean_is_kept(dtype: torch.dtype, p: float) -> None:
    count = 1_000_003
    values = dropout(torch.ones(count, dtype=dtype), p)
    dropped = (values == 0).double().mean().item()
    assert dropped == pytest.approx(p, abs=4 * (p * (1 - p) / count) ** 0.5 + 1e-5)
    assert values.max().item() == pytest.approx(1 / (1 - p), rel=5e-3)
    assert len(set(values.tolist())) == 2


def test_neighbouring_units_are_dropped_independently() -> None:
    dropped = (dropout(torch.ones(1_000_000), 0.5) == 0).double() - 0.5
    for distance in (1, 2, 3, 4, 64):
        assert abs((dropped[:-distance] * dropped[distance:]).mean().item()) < 1.5e-3


def test_the_gradient_passes_where_the_value_did() -> None:
    values = torch.full((50, 40), 3.0, requires_grad=True)
    dropped = dropout(values, 0.3)
    dropped.sum().backward()  # type: ignore[no-untyped-call]
    assert values.grad is not None
    torch.testing.assert_close(values.grad, dropped.detach() / 3)


def test_a_seed_gives_the_same_draws() -> None:
    first = dropout(torch.ones(999), 0.1)
    torch.manual_seed(11)
    assert torch.equal(first, dropout(torch.ones(999), 0.1))


def test_every_dropout_layer_is_replaced_and_evaluation_drops_nothing() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.Dropout(0.5)), nn.Dropout(0.2))
    quicken_dropout(model)
    assert [layer.p for layer in model.modules() if isinstance(layer, QuickDropout)] == [0.5, 0.2]
    values = torch.ones(20, 4)
    assert (model.train()[1:](values) == 0).any()
    assert torch.equal(model.eval()[1:](values), values)
