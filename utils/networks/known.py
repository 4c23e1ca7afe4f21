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
    return Described(table_of(name), **USUAL | values)


def table_of(name: str) -> str:
    """The table of a network; raises ValueError for a name that has none."""
    if name not in NAMES:
        raise ValueError(f"`name` is {name!r}; expected one of {', '.join(NAMES)}.")
    return (TABLES / f"{name}.txt").read_text(encoding="utf-8")
