"""A `Dataset` of pictures, and what goes wrong with it."""

import numpy as np
import torch

from utils.checks.compare import unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import NEAR
from utils.subject import Named, Tensor


class Pairs(torch.utils.data.TensorDataset):
    """Pictures and labels, with a function that each picture goes through."""

    def __init__(self, images, labels, transform, shift=0):
        super().__init__(images, labels)
        self.transform, self.shift = transform, shift

    def __getitem__(self, i):
        image, label = super().__getitem__(i + self.shift)
        return self.transform(image), label if label.dtype.itemsize < 8 else int(label)


def same(image):
    return image


def pairs(
    images,
    labels,
    transform=None,
    axes=(0, 3, 1, 2),
    dtype=torch.float32,
    scale=255,
    kind=torch.int64,
    **more,
):
    """The data set, made in one go from the arrays."""
    tensor = torch.from_numpy(images).permute(axes).to(dtype)
    tensor = tensor / scale if scale != 1 else tensor
    return Pairs(tensor, torch.from_numpy(labels).to(kind), transform or same, **more)


def dataset_oracle(images, labels, transform=None):
    return pairs(images, labels, transform)


def is_whole(label) -> bool:
    """Whether a label is what a loss takes: a Python int, or 64 bits."""
    return isinstance(label, int) or np.asarray(label).dtype == np.int64


def told(item) -> dict:
    """What a case compares of one item."""
    image, label = unpack(item, "image", "label")
    label = label.array if isinstance(label, Tensor) else label
    kind = str(image.array.dtype) if isinstance(image, Tensor) else "no tensor"
    whole = is_whole(label)
    return {
        "image": image,
        "its dtype": kind,
        "label": int(label),
        "the label is an int or has 64 bits": whole,
    }


LOADER = Named("torch.utils.data.DataLoader")
LABELS = np.array([4, 9], np.uint8)
TINY = np.array([[[[0, 51, 255]]], [[[102, 0, 204]]]], np.uint8)
BY_HAND = Case(
    "a picture of one pixel by hand",
    lambda subject: told(subject(TINY, LABELS)[0]),
    NEAR,
    working="red 0 / 255 = 0, green 51 / 255 = 0.2, blue 255 / 255 = 1: shape (3, 1, 1)",
)


def dataset_cases(rng: np.random.Generator) -> list[Case]:
    n, h, w, c = 7, 4, 5, 3
    images = rng.integers(0, 256, size=(n, h, w, c), dtype=np.uint8)
    labels = rng.permutation(n).astype(np.uint8)
    one, other = map(int, rng.permutation(np.arange(1, n - 1))[:2])

    def items(*chosen):
        return lambda s: [told(s(images, labels)[i]) for i in chosen]

    def batches(subject):
        loader = subject.call(LOADER, subject(images, labels), batch_size=3)
        found = [unpack(b, "images", "labels") for b in subject.iterate(loader, 9)]
        return [(X, y, str(X.array.dtype), str(y.array.dtype)) for X, y in found]

    def corrected(subject):
        return told(subject(images, labels, Named("torch.sqrt"))[one])

    return [
        Case("the length", lambda s: [len(s(images, labels)), len(s(TINY, LABELS))]),
        BY_HAND,
        Case("two pictures", items(one, other), NEAR),
        Case("the last picture", items(n - 1), NEAR),
        Case("a transform is applied to the finished picture", corrected, NEAR),
        Case("batches of a DataLoader", batches, NEAR),
    ]


class OneShort(Pairs):
    """A data set that says that it is one shorter than it is."""

    def __len__(self):
        return super().__len__() - 1


def one_short(images, labels, transform=None):
    whole = pairs(images, labels)
    return OneShort(*whole.tensors, transform or same)


def one_later(images, labels, transform=None):
    return pairs(images, labels, transform, shift=1)


def transformed_before(images, labels, transform=None):
    def early(image):
        return (transform or same)(image) / 255

    return pairs(images, labels, early, scale=1)


def calls_none(images, labels, transform=None):
    return pairs(images, labels, lambda image: transform(image))


def reshaped(images, labels, transform=None):
    n, h, w, c = images.shape
    mixed = images.reshape(n, c, h, w).transpose(0, 2, 3, 1)
    return pairs(mixed, labels, transform)


def bent(**changes):
    return lambda images, labels, transform=None: pairs(
        images, labels, transform, **changes
    )


PICTURE_DATASET = Exercise(
    id="08.PictureDataset",
    points=3,
    minutes=15,
    oracle={"PictureDataset": dataset_oracle},
    cases=dataset_cases,
    worked="A picture of one pixel, (0, 51, 255), is stored in the shape (1, 1, 3). "
    "The item is a float32 tensor of the shape (3, 1, 1) with the values 0, 0.2 and 1, "
    "and its label as a Python int. Print shape, dtype and largest value of one item.",
    misconceptions=(
        Misconception(
            "one picture short",
            one_short,
            "Your data set forgets the last picture: how many pictures are there if "
            "the last index is n - 1?",
        ),
        Misconception(
            "one picture later",
            one_later,
            "Item i of yours is picture i + 1. Where does Python begin to count?",
        ),
        Misconception(
            "channels last",
            bent(axes=(0, 1, 2, 3)),
            "Your pictures are (H, W, C) as in the file. PyTorch's layers want the "
            "channels first: which call reorders the axes?",
        ),
        Misconception(
            "reshape in place of permute",
            reshaped,
            "The shape is right and the numbers are mixed up: `reshape` (or `view`) "
            "reads them in their old order and cuts them anew, so that a channel holds "
            "bits of all three. Which call moves whole axes?",
        ),
        Misconception(
            "height and width exchanged",
            bent(axes=(0, 3, 2, 1)),
            "Your pictures lie on their side: the channels are first, but height and "
            "width are exchanged. In which order must the axes of (H, W, C) stand?",
        ),
        Misconception(
            "not scaled",
            bent(scale=1),
            "Your values go up to 255. Images of this course are in [0, 1]: by what do "
            "you divide?",
        ),
        Misconception(
            "divided by 256",
            bent(scale=256),
            "Your largest value is 255/256. A byte has 256 values, from 0 on: by what "
            "must the largest of them be divided to give 1?",
        ),
        Misconception(
            "still whole numbers",
            bent(scale=1, dtype=torch.uint8),
            "Your pictures are still uint8, and no layer takes that. What must they be "
            "turned into before they are divided?",
        ),
        Misconception(
            "twice the precision",
            bent(dtype=torch.float64),
            "Your pictures are float64, the weights of a layer are float32, and PyTorch "
            "does not mix them. Where does NumPy's division make 64 bits?",
        ),
        Misconception(
            "labels of eight bits",
            bent(kind=torch.uint8),
            "Your labels are uint8. The loss takes whole numbers of 64 bits, which a "
            "DataLoader makes of Python ints. What turns a NumPy number into one?",
        ),
        Misconception(
            "transform ignored",
            lambda images, labels, transform=None: pairs(images, labels),
            "The transform has no effect. When it is not None, what should it be called "
            "with?",
        ),
        Misconception(
            "None is called",
            calls_none,
            "With a transform all is right; without one it is None, and None cannot be "
            "called. What becomes of the picture then?",
        ),
        Misconception(
            "transform before scaling",
            transformed_before,
            "The transform gets raw pixels from 0 to 255. Should it see those, or the "
            "finished picture in [0, 1]?",
        ),
    ),
)
