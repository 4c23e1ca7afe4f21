"""What lesson 11 begins with: a trained network, a task like its own and one unlike it.

With real data the network is a MobileNetV2 that has learned ImageNet, and the task is
to tell flowers apart. Without, it is a small network that has learned six of the
built-in shapes, and the task is the other four.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from utils.data import DataError, load_flowers, load_weights, read_photo
from utils.data.builtin import load_builtin
from utils.data.notice import notice
from utils.data.shapes import NAMES
from utils.held_out import HEAD, HELD_OUT, KNOWN, known_shapes, layers, of_classes
from utils.networks import network, pretrained

OF_MOBILENET, N_FEATURES = (1, 3, 6, 10, 13, 17, 18), 1280


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """Pictures with labels.

    * `X_train`, `X_val`: uint8 `(N, H, W, 3)`.
    * `y_train`, `y_val`: labels, indices into `class_names`.
    * `description`: what they show, in a sentence.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    class_names: tuple[str, ...]
    description: str

    def first(self, a_class: int) -> "Task":
        """The same task with only the first training pictures of each class."""
        kept = np.concatenate(
            [np.flatnonzero(self.y_train == c)[:a_class] for c in self.classes]
        )
        X, y = self.X_train[kept], self.y_train[kept]
        return Task(X, y, self.X_val, self.y_val, self.class_names, self.description)

    @property
    def classes(self) -> range:
        return range(len(self.class_names))

    def __repr__(self) -> str:
        return self.description


@dataclass(frozen=True, eq=False, repr=False)
class Start:
    """A trained network and what one must know to go on from it.

    * `trained()`, `fresh()`: the network anew, with what it has learned or without.
    * `head`: the name of its last layer; `stages`: the names of some on the way to it.
    * `prepare(images)`: images in [0, 1] as the network expects them.
    * `side`: height and width of its images.
    * `small`: whether it is the small network of the built-in shapes.
    * `description`: what it has learned, in a sentence.
    """

    trained: Callable[[], nn.Module]
    fresh: Callable[[], nn.Module]
    head: str
    stages: Sequence[str]
    prepare: Callable[[torch.Tensor], torch.Tensor]
    side: int
    small: bool
    description: str

    def __repr__(self) -> str:
        return self.description


def start_with(name: str = "mobilenet_v2", side: int = 224) -> Start:
    """The network of this name with ImageNet weights, if they and flowers are here."""
    try:
        load_flowers()
        load_weights(name)
    except DataError as error:
        notice(
            "No photographs or no weights: built-in shapes stand in",
            "A small network learns six shapes here, which takes some seconds, and the "
            "task is to tell four others apart. Everything runs, but what you see will "
            f"differ from the text.\n{error}",
        )
        return start_small()
    found, bare = pretrained(name), name == "mobilenet_v2_0.35"
    prefix = "features." if bare else ""
    return Start(
        trained=lambda: whole(pretrained(name).net, bare).requires_grad_(True),
        fresh=lambda: whole(network(name), bare),
        head="classifier" if bare else "classifier.1",
        stages=[f"{prefix}features.{number}" for number in OF_MOBILENET],
        prepare=found.prepare,
        side=side,
        small=False,
        description=found.description,
    )


def whole(net: nn.Module, bare: bool) -> nn.Module:
    """The network, with some head where it was published without one."""
    if bare:
        parts = {"features": net, "classifier": nn.Linear(N_FEATURES, 1000)}
        net = nn.Sequential(OrderedDict(parts))
    return net.to(memory_format=torch.channels_last)  # twice as fast on a CPU


def start_small() -> Start:
    """The small network that has learned six of the built-in shapes."""
    recipe = known_shapes()
    return Start(
        trained=recipe.make,
        fresh=lambda: type(recipe)(layers(len(KNOWN))).make(),
        head=HEAD,
        stages=["2", "5", "8", "11"],
        prepare=lambda images: images,
        side=32,
        small=True,
        description=f"A small network that has learned {', '.join(KNOWN)}.",
    )


def similar_task(start: Start, a_class: int, n_val: int) -> Task:
    """Flowers for a network of ImageNet, unknown shapes for one of the known."""
    if start.small:
        return shapes_task(HELD_OUT, a_class, n_val)
    flowers = load_flowers()
    kept, seen = some(flowers.y_train, a_class), some(flowers.y_val, n_val)
    return Task(
        read(flowers.train_files, kept, start.side),
        flowers.y_train[kept],
        read(flowers.val_files, seen, start.side),
        flowers.y_val[seen],
        flowers.class_names,
        flowers.description,
    )


def shapes_task(names: Sequence[str], a_class: int, n_val: int) -> Task:
    """Some shapes of the built-in pictures."""
    images = load_builtin()
    X, y = of_classes(images.X_train, images.y_train, names)
    X_val, y_val = of_classes(images.X_test, images.y_test, names)
    kept, seen = some(y, a_class), some(y_val, n_val)
    pictures = as_bytes(X[kept]), y[kept], as_bytes(X_val[seen]), y_val[seen]
    return Task(*pictures, tuple(names), f"Built-in pictures: {', '.join(names)}.")


def different_task(start: Start, a_class: int, n_val: int) -> Task:
    """Built-in shapes for a network of ImageNet, digits for one of shapes."""
    if not start.small:
        images = load_builtin()
        kept, seen = some(images.y_train, a_class), some(images.y_test, n_val)
        X, X_val = images.X_train[kept], images.X_test[seen]
        y, y_val = images.y_train[kept], images.y_test[seen]
        names, told = NAMES, "Built-in pictures of ten shapes."
    else:
        from sklearn.datasets import load_digits

        X, y = load_digits(return_X_y=True)
        X = np.repeat(X.reshape(-1, 1, 8, 8) / 16, 3, axis=1)
        seen = some(y, n_val)
        rest = np.setdiff1d(np.arange(len(y)), seen)
        kept = rest[some(y[rest], a_class)]
        X, X_val, y, y_val = X[kept], X[seen], y[kept], y[seen]
        names, told = tuple("0123456789"), "Handwritten digits of scikit-learn's."
    X, X_val = (as_bytes(enlarged(part, start.side)) for part in (X, X_val))
    return Task(X, y, X_val, y_val, names, told)


def some(labels: np.ndarray, a_class: int) -> np.ndarray:
    """The rows of the first pictures of each class, mixed in a fixed order."""
    classes = np.unique(labels)
    rows = [np.flatnonzero(labels == c)[:a_class] for c in classes]
    return np.random.default_rng(0).permutation(np.concatenate(rows))


def read(files: Sequence, rows: np.ndarray, side: int) -> np.ndarray:
    """The photographs of these rows as bytes."""
    rows = tqdm(rows, desc="reading photographs", leave=False)
    return np.concatenate([as_bytes(read_photo(files[i], side)[None]) for i in rows])


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Images `(N, C, H, W)` in [0, 1] as files hold them: bytes, the channels last."""
    return np.round(255 * images.transpose(0, 2, 3, 1)).astype(np.uint8)


def enlarged(images: np.ndarray, side: int) -> np.ndarray:
    """Images with this height and width."""
    tensor = torch.from_numpy(np.ascontiguousarray(images, np.float32))
    size = {"size": (side, side), "mode": "bilinear", "align_corners": False}
    return nn.functional.interpolate(tensor, **size).numpy()


class BodyOf(nn.Module):
    """A network without its head: gives what the head would take."""

    def __init__(self, net: nn.Module, head: str):
        super().__init__()
        self.net = net
        net.get_submodule(head).register_forward_pre_hook(self.catch)

    def catch(self, _: nn.Module, inputs: tuple) -> None:
        self.caught = inputs[0]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features `(N, D)` of images `(N, 3, H, W)`."""
        self.net(x)
        return self.caught


class DepthsOf(nn.Module):
    """A network cut at several layers: gives the means of their maps, side by side."""

    def __init__(self, net: nn.Module, stages: Sequence[str]):
        super().__init__()
        self.net, self.stages = net, stages
        self.caught: dict[str, torch.Tensor] = {}
        for stage in stages:
            net.get_submodule(stage).register_forward_hook(
                lambda _, inputs, out, stage=stage: self.caught.update(
                    {stage: out.mean((2, 3))}
                )
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features `(N, D)` of images `(N, 3, H, W)`, in the order of the stages."""
        self.net(x)
        return torch.cat([self.caught[stage] for stage in self.stages], dim=1)


def means_of_maps(
    net: nn.Module, start: Start, images: np.ndarray, device: torch.device
) -> dict[str, np.ndarray]:
    """The mean of each map after each stage of a network, `(N, channels)` by stage."""
    reader, found = DepthsOf(net, start.stages), []
    with torch.no_grad():
        for part in tqdm(torch.from_numpy(images).split(8), leave=False):
            X = start.prepare(part.permute(0, 3, 1, 2).float() / 255)
            reader(X.to(device))
            found.append([reader.caught[stage].cpu() for stage in start.stages])
    tables = (torch.cat(parts).numpy() for parts in zip(*found, strict=True))
    return dict(zip(start.stages, tables, strict=True))
