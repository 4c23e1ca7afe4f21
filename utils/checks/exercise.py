"""An exercise: everything the course knows about one thing that a learner writes."""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from utils.checks.compare import Agreement, close
from utils.subject import Subject
from utils.subject.local import local_subject

if TYPE_CHECKING:
    from utils.checks.rules import Rule

Objects = Mapping[str, Any]
FROM_ORACLE = object()


@dataclass(frozen=True)
class Case:
    """One thing that is tried.

    `play(subject)` sends steps and returns what is compared; `expected` is what it
    should return (by default, what it returns when the oracle is the subject); `agree`
    says how the two are compared; `working` is the arithmetic by hand, where there is
    some. `args` and `kwargs` are known where the case is a single call.
    """

    name: str
    play: Callable[[Subject], Any]
    agree: Agreement = close()  # noqa: RUF009 (immutable)
    expected: Any = FROM_ORACLE
    working: str = ""
    args: tuple = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def call(
    name: str,
    *args: Any,
    agree: Agreement | None = None,
    expected: Any = FROM_ORACLE,
    working: str = "",
    **kwargs: Any,
) -> Case:
    """The case that calls the exercise's function once with these arguments."""
    return Case(
        name,
        play=lambda subject: subject(*args, **kwargs),
        agree=agree or close(),
        expected=expected,
        working=working,
        args=args,
        kwargs=kwargs,
    )


@dataclass(frozen=True)
class Misconception:
    """A mistake people make, as code.

    `version` replaces the oracle; of several objects the one named like the exercise,
    or some, by name. `hint` names the mistake and asks the question that leads to the
    mend; `worked` goes through a small example. `breaks` names the rule that is all
    this mistake offends, if it is. `home` is the module in which it is written.
    """

    name: str
    version: Any
    hint: str
    worked: str = ""
    breaks: str = ""
    home: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.home:  # kept where a copy is made with an oracle
            caller = sys._getframe(2).f_globals["__name__"]
            object.__setattr__(self, "home", caller)


def made_with(oracle: Any, shared: Iterable[Misconception]) -> list[Misconception]:
    """Mistakes that several exercises share, as made by bending the oracle of one.

    The `version` of each takes the oracle as its first argument.
    """
    return [replace(m, version=partial(m.version, oracle)) for m in shared]


@dataclass(frozen=True)
class Exercise:
    """What is asked, how it is checked and what people get wrong.

    `id` is unique in the course (`"01.l1_distances"`); `cases(rng)` draws the cases of
    one seed; `oracle` is the right answer from a trusted library: one object, named
    like the exercise, or several by name. Exercises whose cases state what they expect
    have no oracle and give `names` and `parameters` instead. `returns` names the parts
    of a result. `kind` is `"function"`, `"question"` or `"written"`. `trains` marks an
    answer that trains a net for seconds and is judged by the outcome.
    """

    id: str
    points: float
    minutes: int
    cases: Callable[[np.random.Generator], Iterable[Case]] = lambda rng: ()
    oracle: Any = None
    names: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    rules: tuple["Rule", ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    worked: str = ""
    seconds: float = 5.0
    by_hand: bool = False
    trains: bool = False
    kind: str = "function"

    @cached_property
    def objects(self) -> Objects:
        """The oracle's objects by name; empty where there is no oracle."""
        return {} if self.oracle is None else self.named(self.oracle)

    @cached_property
    def object_names(self) -> tuple[str, ...]:
        """The names of what `check` is given, in that order."""
        return self.names or tuple(self.objects) or (self.id.partition(".")[2],)

    def named(self, version: Any) -> dict[str, Any]:
        """One object, or several by name, as a dictionary by name."""
        if isinstance(version, Mapping):
            return dict(version)
        return {(self.names or (self.id.partition(".")[2],))[0]: version}

    def version_of(self, misconception: Misconception) -> dict[str, Any]:
        """All objects as someone with this misconception writes them."""
        return {**self.objects, **self.named(misconception.version)}

    def expected(self, case: Case) -> Any:
        """What a right answer gives for this case."""
        if case.expected is not FROM_ORACLE:
            return case.expected
        return case.play(local_subject(dict(self.objects)))

    def arguments(self, case: Case) -> dict[str, Any]:
        """The arguments of a single-call case by parameter name."""
        oracle = self.objects.get(self.object_names[0])
        parameters = self.parameters
        if callable(oracle) and not parameters:
            parameters = tuple(inspect.signature(oracle).parameters)
        unnamed = (f"argument {n}" for n in range(len(parameters) + 1, 100))
        names = (*parameters, *unnamed)
        return {**dict(zip(names, case.args, strict=False)), **case.kwargs}


def both(pair: tuple[Misconception, ...]) -> Misconception:
    """Two mistakes that were made at once, as one."""
    one, other = pair
    hint = f"Two things come together here. {one.hint} And: {other.hint}"
    return Misconception(f"{one.name}; {other.name}", None, hint)
