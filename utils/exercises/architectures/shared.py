"""How the modules of lesson 09 are checked: names, counts, outputs, gradients, modes.

The right answer is a table that `utils.networks.Described` builds; a mistake is the
table with a line changed (`altered`). Weights never travel: both sides fill a module
from a seed (`utils.stand_ins.modules`), in double precision.

Every function takes the arguments of the learner's class after its own. `OF=` tells
which object is built where an exercise has several, and `Own(name)` as an argument is
another of the learner's objects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.checks.compare import (
    Agreement,
    Difference,
    WrongStructure,
    close,
    compare,
    within,
)
from utils.checks.exercise import Case
from utils.checks.rules import without
from utils.checks.wording import describe
from utils.exercises.architectures.trails import found_where
from utils.subject import Handle, Named, Subject, Tensor

NEAR = close(1e-6, 1e-8)
WATCH = Named("utils.stand_ins.watching.watched")
WATCHED = found_where(1e-6, 1e-8)
OURS = "utils.stand_ins.modules"
BY_HAND = without(
    *("torchvision", "timm", "utils.networks"),
    because="which has the network ready made",
    hint="Which layers of `nn` is the block made of?",
)


@dataclass(frozen=True)
class Own:
    """Another of the objects that the learner hands in, as an argument."""

    name: str


def bent(table: str, *changes: tuple[str, str]) -> str:
    """The table with each old text replaced by the new one; old ones must be there."""
    for old, new in changes:
        if old not in table:
            raise ValueError(f"{old!r} does not stand in the table:\n{table}")
        table = table.replace(old, new)
    return table


def altered(
    build: Callable, table: str | Callable, *changes: tuple[str, str], **bends: Any
) -> Callable:
    """This builder with its table changed, and with `bends` for further arguments.

    Where it writes its table itself, `table` is a function of that (`str` for none),
    after which the changes come.
    """

    def change(text):
        return bent(table(text), *changes)

    first = change if callable(table) else bent(table, *changes)
    return lambda *args, **options: build(first, *args, **bends, **options)


def where_it_stands(*changes: tuple[str, str]) -> Callable[[str], str]:
    """These changes of a table, each only where its old text stands."""
    return lambda table: bent(table, *(c for c in changes if c[0] in table))


def given(subject: Subject, OF: str, args: tuple) -> tuple:
    """The object that is called, and its arguments."""
    others = [subject[a.name] if isinstance(a, Own) else a for a in args]
    return subject[OF or subject.names[0]], *others


def is_module(value: Any) -> Handle:
    """What was built, if it may be a module."""
    if isinstance(value, Handle):
        return value
    raise WrongStructure(f"What was built is {describe(value)}; expected an nn.Module.")


def ours(subject: Subject, name: str, *args: Any) -> Any:
    """Call a function of `utils.stand_ins.modules` where the learner's code is."""
    return subject.call(Named(f"{OURS}.{name}"), *args)


def on_meta(subject: Subject, *args: Any, OF: str = "", **options: Any) -> Handle:
    """The module, built without memory for its numbers."""
    build = Named(f"{OURS}.on_meta")
    return is_module(subject.call(build, *given(subject, OF, args), **options))


def filled(
    subject: Subject, *args: Any, SEED=0, SCALE=1.0, MODE="eval", OF="", **options: Any
) -> Handle:
    """The module with numbers from a seed, in one of its two modes."""
    net = is_module(subject.call(*given(subject, OF, args), **options))
    net = ours(subject, "fill", net, SEED, SCALE)
    getattr(net, MODE)()
    return net


def drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> Tensor:
    """Normal numbers in double precision."""
    return Tensor(rng.normal(size=shape))


def shapes_case(name: str, *args: Any, working: str = "", **options: Any) -> Case:
    """Names and shapes of all parameters and buffers."""

    def play(subject):
        return ours(subject, "shapes", on_meta(subject, *args, **options))

    return Case(name, play, SAME_PARTS, working=working)


def find_parts(expected: dict, got: Any, label: str) -> Difference | None:
    """The first names that are missing or too many, else the first other shape."""
    if isinstance(got, dict) and set(got) != set(expected):
        missing = [f"`{key}`" for key in expected if key not in got]
        extra = [f"`{key}`" for key in got if key not in expected]
        lists = {"There is no ": missing, "There should be no ": extra}
        told = [start + listed(names) for start, names in lists.items() if names]
        return Difference(" ".join(told))
    for name, shape in expected.items():
        if isinstance(got, dict) and got[name] != shape:
            told = f"`{name}` has shape {tuple(got[name])}; expected {tuple(shape)}."
            return Difference(told + (MARKS if name.endswith(".marks") else ""))
    return compare(expected, got, label, 0, 0)


MARKS = (
    " (`marks` belongs to the simple block that stands in for yours: its shape tells "
    "which arguments reached the block.)"
)


def listed(names: list[str]) -> str:
    rest = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"{', '.join(names[:4])}{rest}."


SAME_PARTS = Agreement(find_parts)


def count_case(expected: int, *args: Any, working: str = "", NAME="", **options: Any):
    """The number of parameters at full size, against the published one."""

    def play(subject):
        return ours(subject, "count", on_meta(subject, *args, **options))

    name = f"{NAME or 'full size'}: {expected:,} parameters"
    return Case(name, play, expected=expected, working=working)


def pictures(
    rng: np.random.Generator, shape: tuple[int, ...], flat: bool, loud: float
) -> Tensor:
    """Drawn images. `loud` ones reach the upper end of ReLU6.

    `flat` ones have nearly one colour each: of the maps that they give about half are
    negative everywhere, so that a ReLU before a maximum shows.
    """
    x = drawn(rng, shape).array
    return Tensor(loud * (x[..., :1, :1] + 0.1 * x if flat else x))


def output_case(
    name: str,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    *args: Any,
    working: str = "",
    flat: bool = False,
    loud: float = 1.0,
    **options: Any,
) -> Case:
    """The output for drawn weights; in training mode the running statistics too."""
    x, seed = pictures(rng, shape, flat, loud), int(rng.integers(2**31))

    def play(subject):
        net = filled(subject, *args, SEED=seed, **options)
        seen = subject.call(WATCH, net, x)
        if options.get("MODE") != "train":
            return seen
        return {**seen, **ours(subject, "buffers", net)}

    return Case(name, play, WATCHED, working=working)


def gradient_case(
    name: str,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    *args: Any,
    flat: bool = False,
    loud: float = 1.0,
    **options: Any,
) -> Case:
    """The gradient of the input, and how long that of each parameter is."""
    x, seed = pictures(rng, shape, flat, loud), int(rng.integers(2**31))

    def play(subject):
        net = filled(subject, *args, SEED=seed, **options)
        dout = Tensor(np.cos(np.arange(net(x).array.size)).reshape(net(x).array.shape))
        return ours(subject, "gradients", net, x, dout)

    return Case(name, play, NEAR)


def zero_case(
    name: str,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    becomes: Callable[[np.ndarray], np.ndarray],
    *args: Any,
    **options: Any,
) -> Case:
    """What a module whose parameters are all zero makes of its input: an identity."""
    x = drawn(rng, shape)

    def play(subject):
        return subject.call(WATCH, filled(subject, *args, SCALE=0.0, **options), x)

    expected = {"out": Tensor(becomes(x.array)), "layers": ()}
    return Case(name, play, WATCHED, expected=expected, working=ALL_ZERO)


ALL_ZERO = (
    "every convolution and norm gives 0: what is left is what goes round them, and what "
    "the activation after the sum, if there is one, makes of it"
)


def dropout_case(
    rng: np.random.Generator, shape: tuple[int, ...], *args: Any, **options: Any
) -> Case:
    """Whether two calls agree: always in inference, never in training."""
    x, seed = drawn(rng, shape), int(rng.integers(2**31))

    def repeats(subject, mode):
        net = filled(subject, *args, SEED=seed, MODE=mode, **options)
        return bool(np.array_equal(net(x).array, net(x).array))

    def play(subject):
        return {f"repeats in {mode}": repeats(subject, mode) for mode in MODES}

    return Case("training drops, inference does not", play)


MODES = "eval", "train"


def drops_case(
    part: str, rng: np.random.Generator, shape: tuple[int, ...], *args: Any, **options
) -> Case:
    """Half of what reaches a part is dropped in training: there are about 100 numbers."""
    x, seed = drawn(rng, shape), int(rng.integers(2**31))

    def play(subject):
        net = filled(subject, *args, SEED=seed, **options)
        return ours(subject, "dropped", net, part, x)

    share = within(0.15, 0.85, f"the share dropped before `{part}`")
    return Case(f"half is dropped before `{part}`", play, share, None)


def rate_case(rate: float, *args: Any, **options: Any) -> Case:
    """The rate of the dropout layers, where they are layers and not functions."""

    def play(subject):
        return ours(subject, "rates", on_meta(subject, *args, **options)) or [rate]

    return Case(f"dropout of {rate:g}", play, expected=[rate])
