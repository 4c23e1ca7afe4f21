"""Networks by name: one table a network in the folder `tables`."""

from pathlib import Path
from typing import Any

from utils.networks.described import Described

TABLES = Path(__file__).with_name("tables")
NAMES = tuple(sorted(path.stem for path in TABLES.glob("*.txt")))
USUAL = {"classes": 1000, "eps": 1e-5}


def network(name: str, **values: Any) -> Described:
    """The network of this name with fresh weights, in training mode.

    `values` replace what its table leaves open: `classes` (1,000 when left out), `eps`.
    Raises ValueError for a name that has no table.
    """
    if name not in NAMES:
        raise ValueError(f"`name` is {name!r}; expected one of {', '.join(NAMES)}.")
    table = (TABLES / f"{name}.txt").read_text(encoding="utf-8")
    return Described(table, **USUAL | values)
