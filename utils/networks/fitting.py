"""Small networks that learn the built-in pictures once and are then kept."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from utils.data.cache import whole_file, writable_cache

RATE, DECAY = 0.01, 0.01


def kept(name: str, net: nn.Module, train: Callable[[nn.Module], None]) -> nn.Module:
    """The network with the weights of this name in the cache.

    Where there are none, `train(net)` makes them, and they are kept.
    """
    path = writable_cache() / "weights" / f"{name}.pth"
    if path.is_file():
        net.load_state_dict(torch.load(path, weights_only=True))
    else:
        train(net)
        with whole_file(path) as draft:
            torch.save(net.state_dict(), draft)
    return net


def fit(
    net: nn.Module,
    X: Tensor,
    y: Tensor,
    batches: Sequence[Tensor],
    label: str,
    show_progress: bool = True,
) -> None:
    """Train on these batches, each the rows of some pictures: AdamW, one cycle."""
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=len(batches)
    )
    for rows in tqdm(batches, label, leave=False, disable=not show_progress):
        optimiser.zero_grad()
        F.cross_entropy(net(X[rows]), y[rows]).backward()
        optimiser.step()
        schedule.step()
