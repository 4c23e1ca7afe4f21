"""Published weights of trained networks, and what their networks expect as input.

Looked for in the folder `weights` of `$COURSE_DATA`, then in the user's cache, then at
the official address. They are read without unpickling code (`weights_only=True`).
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

from filelock import FileLock

from utils.data.cache import cache_folder, writable_cache
from utils.data.images import DataError

if TYPE_CHECKING:
    import torch

IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
MINUS_ONE_TO_ONE = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
TENSORFLOW = {**MINUS_ONE_TO_ONE, "padding": "tensorflow"}
PYTORCH_MODELS = "https://download.pytorch.org/models/"
CIFAR_RESNETS = (
    "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/"
)


@dataclass(frozen=True)
class Published:
    """One file of weights.

    `address` is where it is published ("" where it is not), `sha256` how its SHA-256
    begins; `padding` is "tensorflow" for networks that pad at the right and the bottom
    where the stride is 2; `eps` is that of its batch norms.
    """

    file: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    address: str = ""
    sha256: str = ""
    padding: str = "symmetric"
    eps: float = 1e-5
    note: str = ""


def torchvision(file: str) -> Published:
    """A file of torchvision's: its name ends in the beginning of its SHA-256."""
    sha256 = file.rpartition("-")[2].partition(".")[0]
    return Published(file, **IMAGENET, address=PYTORCH_MODELS + file, sha256=sha256)


def cifar_resnet(file: str) -> Published:
    """A CIFAR-10 ResNet of Y. Idelbayev's; its name ends as torchvision's do."""
    sha256 = file.rpartition("-")[2].partition(".")[0]
    return Published(file, **IMAGENET, address=CIFAR_RESNETS + file, sha256=sha256)


FILES: Mapping[str, tuple[Published, ...]] = {
    "squeezenet1_1": (
        torchvision("squeezenet1_1-b8a52dc0.pth"),
        Published(
            "squeezenet1_1_rgb_torchnorm.pth",
            **IMAGENET,
            note="converted from Caffe: other numbers than torchvision's",
        ),
    ),
    "mobilenet_v2": (
        torchvision("mobilenet_v2-b0353104.pth"),
        Published(
            "mobilenet_v2_1.0_tf2ptq_dequant.pth",
            **TENSORFLOW,
            note="from TensorFlow, 8 bits; batch norms folded: keep them in eval()",
        ),
    ),
    "mobilenet_v2_0.35": (
        Published(
            "mobilenet_v2_0.35_keras_notop_bn.pth",
            **TENSORFLOW,
            eps=1e-3,
            note="from Keras, width 0.35, without the classifier",
        ),
    ),
    "vgg16": (torchvision("vgg16-397923af.pth"),),
    "resnet20": (cifar_resnet("resnet20-12fca82f.th"),),
    "resnet56": (cifar_resnet("resnet56-4bfd9763.th"),),
}


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    """The weights of a trained network and what it expects.

    * `state`: tensors by torchvision's names, for `load_state_dict`.
    * `mean`, `std`: a number a channel; see `prepare`.
    * `padding`: "symmetric", or "tensorflow" (right and bottom only, for stride 2).
    * `eps`: of the batch norms.
    * `description`: what was loaded and from where, in a sentence.
    """

    state: "dict[str, torch.Tensor]"
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    padding: str
    eps: float
    description: str = field(default="")

    def prepare(self, images: "torch.Tensor") -> "torch.Tensor":
        """Images `(N, 3, H, W)` in [0, 1] as the network was trained on them."""
        return standardise(images, self.mean, self.std)

    def __repr__(self) -> str:
        return self.description


def standardise(
    images: "torch.Tensor", mean: tuple[float, ...], std: tuple[float, ...]
) -> "torch.Tensor":
    """Images `(N, C, H, W)` less the mean of each channel, by its deviation."""
    means, stds = (images.new_tensor(part).view(-1, 1, 1) for part in (mean, std))
    return (images - means) / stds


def load_weights(name: str) -> Weights:
    """The published weights of a network: `"squeezenet1_1"`, `"resnet20"`, ….

    Raises ValueError for a name that the course does not know, DataError where the
    weights are nowhere to be had; the text says what to do.
    """
    if name not in FILES:
        raise ValueError(
            f"`name` is {name!r}; expected one of {', '.join(map(repr, FILES))}."
        )
    troubles = []
    for published, path, origin in places(name):
        try:
            if origin == "a download":
                download(published, path)
            return read(name, published, path, origin)
        except DataError as error:
            troubles.append(str(error))
    raise DataError(not_found(name, troubles))


def not_found(name: str, troubles: list[str]) -> str:
    """What was tried, and what to do now."""
    reasons = "\n".join(f"- {trouble}" for trouble in troubles)
    files = " or ".join(published.file for published in FILES[name])
    return (
        f"The weights {name} were not found:\n{reasons or '- no file is there'}\n"
        "Restart with a network connection, or put "
        f"{files} into a folder named weights, and name the folder that holds it in "
        "the environment variable COURSE_DATA."
    )


def places(name: str) -> Iterator[tuple[Published, Path, str]]:
    """Each file that may hold the weights, where it is and what to call that place."""
    folders = {"the cache": cache_folder() / "weights"}
    if os.environ.get("COURSE_DATA"):
        given = Path(os.environ["COURSE_DATA"]) / "weights"
        folders = {"COURSE_DATA": given, **folders}
    for origin, folder in folders.items():
        for published in FILES[name]:
            if (folder / published.file).is_file():
                yield published, folder / published.file, origin
    for published in FILES[name]:
        if published.address:
            yield published, writable_cache() / "weights" / published.file, "a download"


def download(published: Published, path: Path) -> None:
    """Fetch a file, with a progress bar, and hold it against its published checksum."""
    import torch

    if os.environ.get("COURSE_OFFLINE", "0") not in ("", "0"):
        raise DataError("Downloads are switched off by COURSE_OFFLINE.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if path.is_file():
            return
        try:
            torch.hub.download_url_to_file(
                published.address, str(path), hash_prefix=published.sha256
            )
        except (URLError, OSError, RuntimeError) as error:  # the last: wrong checksum
            raise DataError(f"{published.address}: {error}.") from error


def read(name: str, published: Published, path: Path, origin: str) -> Weights:
    """Read one file; raises DataError where it holds something else than tensors."""
    import torch

    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        state = found.get("state_dict", found)
        state = {key.removeprefix("module."): value for key, value in state.items()}
    except Exception as error:  # a damaged file can fail in any of PyTorch's layers
        raise DataError(
            f"{path} cannot be read as weights ({type(error).__name__}). Remove it."
        ) from error
    strangers = [key for key, value in state.items() if not torch.is_tensor(value)]
    if strangers or not state:
        raise DataError(f"{path} holds no tensors but {strangers[:3]}. Remove it.")
    note = f" ({published.note})" if published.note else ""
    return Weights(
        state,
        published.mean,
        published.std,
        published.padding,
        published.eps,
        f"{name} from {origin}: {published.file}{note}.",
    )
