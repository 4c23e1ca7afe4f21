"""The sandbox: where other people's code runs. `Sandbox` is a place for grading."""

from grading.sandbox.limits import Limits
from grading.sandbox.missing import SandboxMissing, why_not
from grading.sandbox.sandbox import Sandbox

__all__ = ["Limits", "Sandbox", "SandboxMissing", "why_not"]
