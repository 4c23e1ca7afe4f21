"""What an answer must respect beyond its values.

A rule is asked only about an answer whose values are right. It judges the source, or
makes fresh calls; it never takes the answer's own word.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise
from utils.subject import Handle, Subject, Tensor


@dataclass(frozen=True)
class Attempt:
    """What a rule may look at: the exercise, its cases, the subject and the source."""

    exercise: Exercise
    cases: list[Case]
    subject: Subject
    source: str


@dataclass(frozen=True)
class Rule:
    """`broken(attempt)` says in a sentence how the rule is broken, or returns None.

    `share` is the part of the exercise's points that the rule is worth. A rule that is
    worth them all (`share=1`) earns nothing by itself, but breaking it costs them all.
    """

    name: str
    broken: Callable[[Attempt], str | None]
    share: float
    hint: str = ""


def keeps_inputs(share: float = 0.1) -> Rule:
    """The arguments are the same after the call as before it."""

    def broken(attempt: Attempt) -> str | None:
        watched = Watched(attempt)
        for case in attempt.cases:
            case.play(watched)
            if watched.changed:
                return f"After the call `{watched.changed}` is not what it was before."
        return None

    return Rule(
        "leaves its arguments as they are",
        broken,
        share,
        "An operation such as `x -= m`, `x[i] = v` or `x.sort()` changes the caller's "
        "array. Which line of yours writes into an argument, and what would make a "
        "new array instead?",
    )


class Watched(Subject):
    """A subject that looks after each call whether the arrays it gave are the same.

    `changed` names the first argument that is not; what a case keeps by itself, such
    as running statistics, is not watched.
    """

    def __init__(self, attempt: Attempt):
        super().__init__(attempt.subject.channel, attempt.subject.names)
        self.objects, self.changed = attempt.exercise.objects, ""
        self.parameters = attempt.exercise.parameters

    def call(self, target: Handle, *args: Any, _hold=False, **kwargs: Any) -> Any:
        given = {**dict(enumerate(args)), **kwargs}
        arrays = {k: v for k, v in given.items() if isinstance(v, np.ndarray | Tensor)}
        given |= {key: self.keep(value) for key, value in arrays.items()}
        positional = [given.pop(i) for i in range(len(args))]
        kept = {**dict(enumerate(positional)), **given}
        result = super().call(target, *positional, _hold=_hold, **given)
        for key, before in arrays.items():
            if close(0, 0)(before, self.fetch(kept[key])) is not None:
                self.changed = self.changed or self.name_of(target, key)
        return result

    def name_of(self, target: Any, key: int | str) -> str:
        """The parameter's name, where the oracle tells it."""
        if isinstance(key, str):
            return key
        called = self.objects.get(getattr(target, "_key", None))
        names = self.parameters
        if callable(called) and not names:
            names = tuple(inspect.signature(called).parameters)
        return names[key] if key < len(names) else f"argument {key + 1}"


def loops(at_most: int = 0, share: float = 0.4, hint: str = "") -> Rule:
    """At most this many Python loops, comprehensions and hidden loops included."""

    def broken(attempt: Attempt) -> str | None:
        found = loops_in(attempt.source)
        if found is None:
            return NO_SOURCE
        if len(found) <= at_most:
            return None
        lines = "; ".join(f"`{code}`" for code in found[:3])
        allowed = {0: "no loop", 1: "one loop"}.get(at_most, f"{at_most} loops")
        return f"The answer loops in Python: {lines}. It may use {allowed}."

    name = {0: "uses no Python loop", 1: "uses at most one Python loop"}.get(
        at_most, f"uses at most {at_most} Python loops"
    )
    return Rule(name, broken, share, hint)


def without(
    *forbidden: str,
    because: str = "which would do the exercise for you",
    share: float = 1.0,
    hint: str = "",
) -> Rule:
    """None of these names is used (`"scipy"`, `"numpy.linalg.norm"`, `"cdist"`)."""

    def broken(attempt: Attempt) -> str | None:
        used = names_in(attempt.source)
        if used is None:
            return NO_SOURCE
        for name in forbidden:
            if any(f".{name}." in f".{path}." for path in used):
                return f"The answer uses `{name}`, {because}."
        return None

    names = ", ".join(f"`{name}`" for name in forbidden)
    return Rule(f"does without {names}", broken, share, hint)


def memory(case: Callable[[], Case], limit: int, share: float = 0.2, hint: str = ""):
    """One call allocates at most `limit` bytes at its peak."""

    def broken(attempt: Attempt) -> str | None:
        tried = case()
        peak = attempt.subject.peak_memory(*tried.args, **tried.kwargs)
        if peak <= limit:
            return None
        return (
            f"One call on {tried.name} takes {peak / 1e6:.1f} MB of memory at its "
            f"peak; {limit / 1e6:.1f} MB are enough."
        )

    return Rule("needs little memory", broken, share, hint)


NO_SOURCE = (
    "The source of the answer cannot be read. Write it as a function in the notebook."
)
# fmt: off
HIDDEN_LOOPS = frozenset((
    "map", "vectorize", "apply_along_axis", "apply_over_axes", "frompyfunc",
    "fromiter", "nditer", "ndenumerate", "ndindex", "fromfunction", "reduce",
    "accumulate", "starmap", "exec", "eval",
))
# fmt: on
LOOPS = (ast.For, ast.While, ast.AsyncFor, ast.comprehension)


def parsed(source: str) -> ast.Module | None:
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return tree if tree.body else None


def loops_in(source: str) -> list[str] | None:
    """The loops of a source text, each as a short quotation; None if unreadable."""
    tree = parsed(source)
    if tree is None:
        return None
    found = [
        ast.unparse(node).splitlines()[0].strip()
        for node in ast.walk(tree)
        if isinstance(node, LOOPS) or (names_of(node) & HIDDEN_LOOPS)
    ]
    return found + recursions(tree)


def names_of(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.ImportFrom):
        return {alias.name for alias in node.names}
    return {node.attr} if isinstance(node, ast.Attribute) else set()


def recursions(tree: ast.Module) -> list[str]:
    """Functions that call themselves or one another in a circle."""
    calls = {
        node.name: {name for part in ast.walk(node) for name in names_of(part)}
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            names = {name for part in ast.walk(node.value) for name in names_of(part)}
            calls |= {t.id: names for t in node.targets if isinstance(t, ast.Name)}
    return [f"{name} calls itself" for name in calls if name in reached(name, calls)]


def reached(start: str, calls: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = set(calls[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo |= calls.get(name, set())
    return seen


def names_in(source: str) -> set[str] | None:
    """Every dotted name that a source text uses or imports, aliases resolved."""
    tree = parsed(source)
    if tree is None:
        return None
    aliases = {"np": "numpy"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {a.asname or a.name: a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            aliases |= {a.asname or a.name: f"{base}.{a.name}" for a in node.names}
    used = set(aliases.values())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            head, _, rest = ast.unparse(node).partition(".")
            used.add(f"{aliases.get(head, head)}.{rest}".rstrip("."))
    return used


def source_of(objects: Iterable[Any]) -> str:
    """The source of functions and classes, and of the helpers they use.

    Helpers are functions of the same module or notebook. Empty where a source cannot be
    had (a built-in, or something made by `exec`).
    """
    texts: dict[int, str] = {}
    todo = list(objects)
    while todo:
        try:
            thing = innermost(todo.pop())
            if id(thing) in texts:
                continue
            if inspect.isclass(thing):  # a notebook keeps no source of a whole class
                texts[id(thing)] = ""
                todo += methods_of(thing)
                continue
            texts[id(thing)] = textwrap.dedent(inspect.getsource(thing))
            todo += helpers_of(thing)
        except Exception:  # OSError, TypeError, or whatever a strange object raises
            return ""
    return "\n".join(filter(None, texts.values()))


def innermost(thing: Any) -> Any:
    """What a partial function or a wrapper calls."""
    while isinstance(thing, partial):
        thing = thing.func
    return inspect.unwrap(thing)


def methods_of(kind: type) -> list[Any]:
    """The functions that a class defines, properties and static methods among them."""
    parts = list(vars(kind).values())
    parts += [getattr(p, n, None) for p in parts for n in ("fget", "fset", "__func__")]
    generated = "<string>"  # what a dataclass writes by itself
    return [
        part
        for part in parts
        if inspect.isfunction(part) and part.__code__.co_filename != generated
    ]


def helpers_of(thing: Any) -> list[Any]:
    """Functions of the same module that a function mentions."""
    code = getattr(thing, "__code__", None)
    space = getattr(thing, "__globals__", {})
    named = [space.get(name) for name in getattr(code, "co_names", ())]
    same = getattr(thing, "__module__", None)
    return [
        helper
        for helper in named
        if inspect.isfunction(helper) and helper.__module__ == same
    ]
