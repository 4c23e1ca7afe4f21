"""The course's data: `load_cifar10`, `load_flowers`, `load_picture`, `load_weights`.

Looked for in the folder that the environment variable `COURSE_DATA` names, then in the
user's cache, then at the official addresses. `COURSE_CACHE` moves the cache;
`COURSE_OFFLINE=1` forbids downloads.
"""

from utils.data.cifar10 import CIFAR10_NAMES, load_cifar10
from utils.data.flowers import FLOWER_NAMES, PhotoSet, load_flowers, read_photo
from utils.data.images import DataError, ImageSet
from utils.data.pictures import load_picture
from utils.data.shapes import NAMES as BUILTIN_NAMES
from utils.data.weights import Weights, load_weights

__all__ = [
    "BUILTIN_NAMES",
    "CIFAR10_NAMES",
    "FLOWER_NAMES",
    "DataError",
    "ImageSet",
    "PhotoSet",
    "Weights",
    "load_cifar10",
    "load_flowers",
    "load_picture",
    "load_weights",
    "read_photo",
]
