"""A misconception as a learner would hand it in: source that needs no oracle.

The exercises write a misconception by bending the oracle. Here the oracle is replaced
by the lesson's own solution, and every function that the mistake uses is written out,
so that the sample class can be graded in a sandbox that holds no exercises.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from utils.checks.exercise import Exercise, Misconception

IMPORTS = "import numpy as np"
PARTIAL = "from functools import partial"
TORCH = "import torch\nimport torch.nn.functional as F\nfrom torch import nn"


def mistake(
    exercise: "Exercise", misconception: "Misconception", oracles: Mapping[str, str]
) -> str:
    """The source of an answer cell with this mistake; defines the exercise's names.

    `oracles` maps the name of an oracle's function to the source of a solution.
    """
    names = exercise.named(misconception.version)
    if not any(callable(one) for one in names.values()):
        return "\n".join(f"{name} = {value!r}" for name, value in names.items())
    first = next(iter(names.values()))
    module = sys.modules[misconception.home]
    expression = version_in(module, misconception)
    parts = [IMPORTS, *([TORCH] if uses_torch(module) else [])]
    if isinstance(first, partial):  # shared with other exercises
        parts.append(PARTIAL)
        expression = with_oracle(expression, first.args[0].__name__)
    parts += needed(expression, module, oracles, set())
    if isinstance(misconception.version, Mapping):
        parts.append(f"wrong = {ast.unparse(expression)}")
        parts += [f"{name} = wrong[{name!r}]" for name in names]
    else:
        parts.append(f"{next(iter(names))} = {ast.unparse(expression)}")
    return "\n\n".join(parts)


def with_oracle(expression: ast.expr, oracle: str) -> ast.expr:
    """The expression whose first argument is always this oracle."""
    text = f"partial({ast.unparse(expression)}, {oracle})"
    return ast.parse(text, mode="eval").body


def uses_torch(module: ModuleType) -> bool:
    """Whether a module of exercises is about PyTorch, so that answers may use it."""
    return any(getattr(module, name, None) is not None for name in ("torch", "nn", "F"))


def version_in(module: ModuleType, misconception: "Misconception") -> ast.expr:
    """The expression that made the misconception's version, in the module's source."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and called(node) == "Misconception":
            keywords = {word.arg: word.value for word in node.keywords}
            name = keywords.get("name") or node.args[0]
            if isinstance(name, ast.Constant) and name.value == misconception.name:
                return keywords.get("version") or node.args[1]
    raise LookupError(
        f"{module.__name__} has no Misconception({misconception.name!r}, …): "
        "write its name as a plain string"
    )


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def needed(
    node: ast.AST, module: ModuleType, oracles: Mapping[str, str], seen: set[str]
) -> Iterator[str]:
    """The definitions that an expression uses, each after those it uses itself."""
    for name in sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)}):
        if name in seen:
            continue
        seen.add(name)
        if name in oracles:
            yield renamed(oracles[name], name)
        elif is_ours(getattr(module, name, None), module):
            function = getattr(module, name)
            home = sys.modules[function.__module__]
            definition = ast.parse(inspect.getsource(function)).body[0]
            yield from needed(definition, home, oracles, seen)
            yield ast.unparse(definition)


def is_ours(thing: Any, module: ModuleType) -> bool:
    """Whether this is a function or class of the exercises, not of a library."""
    written = inspect.isfunction(thing) or inspect.isclass(thing)
    return written and thing.__module__.startswith(("utils.exercises", module.__name__))


def renamed(solution: str, name: str) -> str:
    """A solution's function or class under an oracle's name."""
    tree = ast.parse(solution)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for used in ast.walk(node):
                if isinstance(used, ast.Name) and used.id == node.name:
                    used.id = name
            node.name = name
    return ast.unparse(tree)
