"""The built-in pictures: ten procedural classes that stand in for CIFAR-10.

10,000 training and 2,000 test pictures, the same for everyone (seed 0), made in about
two seconds and cached. On 5,000 training and 2,000 test pictures, measured by
`python benchmarks/builtin_images.py`, they rank the course's models as CIFAR-10 does:

    k-NN (best of k = 1, 5, 10)          27.4 %
    linear (softmax)                     39.9 %
    two layers (200 hidden units)        50.9 %
    three small convolutions and linear  78.9 %

(means of three seeds; those of the nets vary by about a point).
"""

import numpy as np

from utils.data.cache import cache_folder, say_not_kept, whole_file, writable_cache
from utils.data.images import ImageSet, scaled
from utils.data.shapes import NAMES, SIDE, draw

N_TRAIN, N_TEST = 10_000, 2_000
VERSION = 1  # raise it with every change to what is drawn
_CHUNK = 1_000


def load_builtin(n_train=N_TRAIN, n_test=N_TEST, *, seed=0):
    """Return the first built-in pictures as an `ImageSet`; more than exist are cut."""
    arrays = _cached(seed)
    cut = n_train > N_TRAIN or n_test > N_TEST
    asked = f" ({n_train:,} and {n_test:,} were asked for)" if cut else ""
    n_train, n_test = min(n_train, N_TRAIN), min(n_test, N_TEST)
    return ImageSet(
        X_train=scaled(arrays["X_train"][:n_train]),
        y_train=arrays["y_train"][:n_train].astype(np.int64),
        X_test=scaled(arrays["X_test"][:n_test]),
        y_test=arrays["y_test"][:n_test].astype(np.int64),
        class_names=NAMES,
        description=(
            f"Built-in pictures of ten shapes (not CIFAR-10): {n_train:,} of "
            f"{N_TRAIN:,} for training, {n_test:,} of {N_TEST:,} for testing{asked}."
        ),
        builtin=True,
    )


def make(n_train, n_test, seed):
    """Draw both parts; returns a dictionary of `uint8` arrays, named as in `ImageSet`.

    Each class is as frequent as any other (where the counts allow), in random order.
    """
    arrays = {}
    for part, (name, count) in enumerate([("train", n_train), ("test", n_test)]):
        rng = np.random.default_rng([seed, part])
        labels = rng.permutation(np.arange(count, dtype=np.uint8) % len(NAMES))
        chunks = np.split(labels, range(_CHUNK, count, _CHUNK))
        arrays[f"X_{name}"] = np.concatenate([draw(chunk, rng) for chunk in chunks])
        arrays[f"y_{name}"] = labels
    return arrays


def _cached(seed):
    """Read the arrays from the cache, or make and keep them."""
    name = f"builtin-v{VERSION}-seed{seed}.npz"
    for folder in (cache_folder(), writable_cache()):
        arrays = _read(folder / name)
        if arrays is not None:
            return arrays
    arrays = make(N_TRAIN, N_TEST, seed)
    try:
        with whole_file(writable_cache() / name) as draft:
            np.savez(draft, **arrays)
    except OSError as error:
        say_not_kept(writable_cache(), error)
    return arrays


def _read(path):
    """The arrays in a cached file, or None where it is absent, damaged or not ours."""
    try:
        with open(path, "rb") as file:
            arrays = dict(np.load(file, allow_pickle=False))
    except Exception:  # a damaged archive can raise nearly anything; it is made anew
        return None
    pixels = (3, SIDE, SIDE)
    shapes = {
        "X_train": (N_TRAIN, *pixels),
        "y_train": (N_TRAIN,),
        "X_test": (N_TEST, *pixels),
        "y_test": (N_TEST,),
    }
    sound = {name: array.shape for name, array in arrays.items()} == shapes and all(
        array.dtype == np.uint8 for array in arrays.values()
    )
    return arrays if sound else None
