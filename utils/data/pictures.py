"""Paintings and photographs for lessons 10 and 12, and what stands in for them.

Looked for in the folders `styles` and `contents` of `$COURSE_DATA`, then in the user's
cache, then, for the photographs, at scikit-image's address. Where one is nowhere to be
had, a photograph that comes with scikit-learn takes the place of a photograph, and a
painting that the computer makes that of a painting.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.data.cache import cache_folder, writable_cache
from utils.data.download import Remote, fetch
from utils.data.flowers import read_photo
from utils.data.images import DataError
from utils.data.painting import Manner, paint

SCIKIT_IMAGE = (
    "https://raw.githubusercontent.com/scikit-image/scikit-image/v0.19.3/skimage/data/"
)


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who made it, and what takes its place.

    * `stand_in`: a file of scikit-learn's, or how to paint a picture.
    * `size`, `sha256`: of the published file; 0 and "" where no file is downloaded.
    """

    file: str
    maker: str
    stand_in: str | Manner
    size: int = 0
    sha256: str = ""

    def remote(self) -> Remote:
        """Where the picture is published."""
        name = Path(self.file).name
        return Remote(name, self.size, self.sha256, (SCIKIT_IMAGE + name,))


NIGHT = (8, 16, 48), (18, 40, 96), (30, 78, 150), (86, 142, 196), (176, 200, 190)
EVENING = (214, 80, 32), (240, 150, 60), (232, 196, 130), (70, 92, 110), (28, 44, 66)
SEA = (236, 226, 202), (214, 206, 184), (150, 182, 196), (84, 130, 168), (28, 62, 118)
MANY = (40, 34, 60), (196, 52, 44), (236, 190, 60), (238, 230, 214), (60, 110, 170)
PICTURES = {
    "starry_night": Picture(
        "styles/starry_night.jpg",
        "The Starry Night, Vincent van Gogh, 1889",
        Manner(1, (*NIGHT, (240, 214, 98)), eyes=9, drift=0.35, lamps=6, bands=0.15),
    ),
    "the_scream": Picture(
        "styles/the_scream.jpg",
        "The Scream, Edvard Munch, 1893",
        Manner(2, (*EVENING, (120, 70, 40)), eyes=4, drift=1.0, lamps=0, bands=0.6),
    ),
    "wave": Picture(
        "styles/wave.jpg",
        "The Great Wave off Kanagawa, Katsushika Hokusai, 1831",
        Manner(3, (*SEA, (238, 234, 222)), eyes=5, drift=0.7, lamps=0, bands=0.45),
    ),
    "composition_vii": Picture(
        "styles/composition_vii.jpg",
        "Composition VII, Wassily Kandinsky, 1913",
        Manner(
            4,
            (*MANY, (54, 130, 84), (226, 140, 150)),
            eyes=24,
            drift=0.1,
            lamps=0,
            bands=0.0,
        ),
    ),
    "astronaut": Picture(
        "contents/astronaut.png",
        "Eileen Collins, NASA, public domain",
        "china.jpg",
        791_555,
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
    "chelsea": Picture(
        "contents/chelsea.png",
        "Chelsea the cat, Stéfan van der Walt, CC0",
        "flower.jpg",
        240_512,
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    ),
    "coffee": Picture(
        "contents/coffee.png",
        "A cup of coffee, Rachel Michetti, CC0",
        "flower.jpg",
        466_706,
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    ),
}


def load_picture(name: str, size: int) -> np.ndarray:
    """The middle of a picture, `(3, size, size)`, `float32` in [0, 1]; prints which.

    * `name`: `"starry_night"`, `"the_scream"`, `"wave"` or `"composition_vii"`, all
      paintings; `"astronaut"`, `"chelsea"` or `"coffee"`, photographs.

    Raises ValueError for another name.
    """
    if name not in PICTURES:
        raise ValueError(
            f"`name` is {name!r}; expected one of {', '.join(map(repr, PICTURES))}."
        )
    picture = PICTURES[name]
    try:
        path, origin = find(picture)
        image = read_photo(path, size)
        print(f"{picture.maker} (from {origin}).")
    except DataError:
        image, what = stand_in(picture.stand_in, size)
        print(f"{picture.maker}, is not at hand; {what} takes its place.")
    return image


def find(picture: Picture) -> tuple[Path, str]:
    """Where the picture's file is; raises DataError where it cannot be had."""
    folders = {"the cache": cache_folder() / "pictures"}
    if os.environ.get("COURSE_DATA"):
        folders = {"COURSE_DATA": Path(os.environ["COURSE_DATA"]), **folders}
    for origin, folder in folders.items():
        for path in (folder / picture.file, folder / Path(picture.file).name):
            if path.is_file():
                return path, origin
    if not picture.sha256:
        raise DataError(f"{picture.file} is in none of {list(folders.values())}.")
    folder = writable_cache() / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return fetch(picture.remote(), folder), "a download"


def stand_in(way: str | Manner, size: int) -> tuple[np.ndarray, str]:
    """The picture that is always there, and what it is."""
    from PIL import Image

    if isinstance(way, Manner):
        pixels = Image.fromarray(np.uint8(255 * paint(way)))
        pixels = pixels.resize((size, size), Image.Resampling.LANCZOS)
        image = np.asarray(pixels, np.float32).transpose(2, 0, 1) / 255
        return image, "a painting that the computer makes"
    import sklearn.datasets

    folder = Path(sklearn.datasets.__file__).parent / "images"
    return read_photo(folder / way, size), f"{way} of scikit-learn"
