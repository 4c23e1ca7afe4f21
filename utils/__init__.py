"""What a notebook of the course imports."""

from typing import Any

__all__ = ["check", "hint"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from utils import checks

        return getattr(checks, name)
    raise AttributeError(f"module 'utils' has no attribute {name!r}")
