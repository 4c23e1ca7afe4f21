"""A misconception as a learner would hand it in: source that needs no oracle.

The exercises write a misconception by bending the oracle. Here the oracle is replaced
by the lesson's own solution, and every function that the mistake uses is written out,
so that the sample class can be graded in a sandbox that holds no exercises.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache, partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from utils.checks.exercise import Exercise, Misconception

OURS = "utils.exercises", "utils.networks"
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
            continue
        for home, statement in bindings(name, module):
            yield from needed(statement, home, oracles, seen)
            yield ast.unparse(statement)


def bindings(name: str, module: ModuleType) -> list[tuple[ModuleType, ast.stmt]]:
    """The statements that give a name its meaning in a module, and where they stand."""
    thing = getattr(module, name, None)
    if is_ours(thing, module):
        home = sys.modules[thing.__module__]
        return [(home, ast.parse(inspect.getsource(thing)).body[0])]
    found: list[tuple[ModuleType, ast.stmt]] = []
    for statement in statements(module):
        if name not in bound_by(statement):
            continue
        origin = getattr(statement, "module", None) or ""
        if origin.startswith(OURS):
            found += bindings(name, sys.modules[origin])
        elif not origin.startswith("utils"):
            found.append((module, statement))
    return found


@cache
def statements(module: ModuleType) -> list[ast.stmt]:
    return ast.parse(inspect.getsource(module)).body


def bound_by(statement: ast.stmt) -> set[str]:
    """The names that an import or an assignment gives a meaning."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in statement.names}
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    parts = [n for target in targets if target for n in ast.walk(target)]
    return {part.id for part in parts if isinstance(part, ast.Name)}


def is_ours(thing: Any, module: ModuleType) -> bool:
    """Whether this is a function or class of the exercises, not of a library."""
    written = inspect.isfunction(thing) or inspect.isclass(thing)
    return written and thing.__module__.startswith((*OURS, module.__name__))


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
