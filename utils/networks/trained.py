"""Trained networks: with published weights, else a small one trained on the spot."""

from dataclasses import dataclass, field
from hashlib import sha256

import torch
from torch import Tensor, nn

from utils.data.builtin import load_builtin
from utils.data.images import DataError
from utils.data.labels import imagenet_names
from utils.data.notice import notice
from utils.data.shapes import NAMES as BUILTIN_NAMES
from utils.data.weights import Weights, load_weights, standardise
from utils.networks.described import like_tensorflow
from utils.networks.fitting import fit, kept
from utils.networks.known import network, table_of

CIFAR_SIDE, IMAGENET_SIDE = 32, 224
TRAINING_IMAGES, EPOCHS, BATCH = 5_000, 4, 64


@dataclass(frozen=True, eq=False, repr=False)
class Pretrained:
    """A trained network and what one must know to use it.

    * `net`: in `eval()` mode, its parameters without gradients, on the CPU.
    * `prepare(images)`: images `(N, 3, H, W)` in [0, 1] as the network expects them;
      gradients flow through it.
    * `class_names`: a name a score; `()` for a network without a classifier.
    * `side`: height and width of the images that it was trained on.
    * `small`: whether the small network stands in for the one that was asked for.
    * `description`: what was loaded and from where, in a sentence.
    """

    net: nn.Module
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    class_names: tuple[str, ...]
    side: int
    small: bool
    description: str = field(default="")

    def prepare(self, images: Tensor) -> Tensor:
        return standardise(images, self.mean, self.std)

    def __repr__(self) -> str:
        return self.description


def pretrained(name: str) -> Pretrained:
    """A network with its published weights (see `utils.data.load_weights`).

    Where no weights are to be had, a small network trained on the built-in pictures
    stands in, with a notice. Raises ValueError for a name without a table or weights.
    """
    try:
        weights = load_weights(name)
    except DataError as error:
        notice(
            f"No weights for {name}: a small network stands in",
            "It is trained here on the built-in pictures, which takes some seconds. "
            "Everything runs, but what you see will differ from the text.\n"
            f"{error}",
        )
        return small()
    return with_weights(name, weights)


def with_weights(name: str, weights: Weights) -> Pretrained:
    """The network of this name, filled with these weights."""
    on_cifar = name.startswith("resnet")
    net = network(name, classes=10 if on_cifar else 1000, eps=weights.eps)
    net.load_state_dict(weights.state)
    if weights.padding == "tensorflow":
        like_tensorflow(net)
    return Pretrained(
        frozen(net),
        weights.mean,
        weights.std,
        names_of(name),
        CIFAR_SIDE if on_cifar else IMAGENET_SIDE,
        small=False,
        description=weights.description,
    )


def names_of(name: str) -> tuple[str, ...]:
    from utils.data.cifar10 import CIFAR10_NAMES

    if name == "mobilenet_v2_0.35":
        return ()
    return CIFAR10_NAMES if name.startswith("resnet") else imagenet_names()


def small() -> Pretrained:
    """The small network, trained once on the built-in pictures and then kept."""
    version = sha256(table_of("small").encode()).hexdigest()[:8]
    net = network("small", classes=len(BUILTIN_NAMES))
    net = kept(f"small-{version}", net, train_small)
    return Pretrained(
        frozen(net),
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
        class_names=BUILTIN_NAMES,
        side=CIFAR_SIDE,
        small=True,
        description="A small network, trained here on the built-in pictures.",
    )


def train_small(net: nn.Module) -> None:
    """Train on half of the built-in pictures, with a progress bar."""
    images = load_builtin(TRAINING_IMAGES, 0)
    X, y = torch.from_numpy(images.X_train), torch.from_numpy(images.y_train)
    X = (X - 0.5) / 0.25
    shuffle = torch.Generator().manual_seed(0)
    batches = [
        batch
        for _ in range(EPOCHS)
        for batch in torch.randperm(len(X), generator=shuffle).split(BATCH)
    ]
    fit(net, X, y, batches, "Training the small network")


def frozen(net: nn.Module) -> nn.Module:
    net.zero_grad()  # what its training left
    return net.eval().requires_grad_(False)
