"""Are steps carried out on what the learner wrote, and troubles told as they are?"""

import contextlib
import itertools
import sys

import numpy as np
import pytest
import torch

from utils.subject import (
    Crashed,
    Missing,
    NotWritten,
    OutOfMemory,
    Raised,
    Subject,
    Tensor,
)
from utils.subject.local import local_subject


def subject_of(*objects, **named):
    return local_subject({**{f"object{i}": o for i, o in enumerate(objects)}, **named})


class Pair:
    """Some object of a learner's."""

    def __init__(self, one, other):
        self.one, self.other = one, other

    def __add__(self, other):
        return Pair(self.one + other.one, self.other + other.other)

    def __rmul__(self, factor):
        return Pair(factor * self.one, factor * self.other)

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (self.one, self.other)[i]


def test_objects_stay_and_data_comes_back():
    subject = subject_of(Pair)
    pair = 3 * (subject(1, 2) + subject(10.0, np.arange(2)))
    assert repr(pair) == "a Pair"
    assert pair.one == 33
    np.testing.assert_array_equal(pair.other, [6, 9])
    pair.one = 5
    assert pair[0] == 5
    assert len(pair) == 2


def test_a_handle_is_no_array_and_cannot_be_looped_over():
    pair = subject_of(Pair)(1, 2)
    with pytest.raises(TypeError, match="a Pair is not an array"):
        np.asarray(pair)
    with pytest.raises(TypeError, match="not iterable"):
        iter(pair)
    with pytest.raises(TypeError, match="not iterable"):
        3 in pair  # noqa: B015


def test_an_endless_iterable_gives_its_first_items():
    subject = subject_of(itertools.count)
    assert subject.iterate(subject(5), 3) == [5, 6, 7]


def test_what_is_kept_shows_what_became_of_it():
    def count(state):
        state["calls"] = state.get("calls", 0) + 1

    subject = subject_of(count)
    state = subject.keep({})
    subject(state)
    subject(state)
    assert subject.fetch(state) == {"calls": 2}


def test_an_argument_is_a_copy():
    def spoil(x):
        x[:] = 0

    x = np.ones(3)
    subject_of(spoil)(x)
    assert x.sum() == 3


def test_a_held_result_is_what_the_next_call_gets():
    cache = {"x": np.ones(2)}
    subject = subject_of(lambda: cache, read=lambda c: c is cache)
    assert subject["read"](subject.hold()) is True


def test_autograd_gives_gradients_of_inputs_and_parameters():
    layer = torch.nn.Linear(2, 1, bias=False)
    x = Tensor(np.array([[1.0, 3.0]], dtype=np.float32))
    found = subject_of(layer).gradient(subject_of(layer)["object0"], x)
    np.testing.assert_array_equal(found["parameters"]["weight"].array, [[1, 3]])
    np.testing.assert_allclose(found["inputs"][0].array, layer.weight.detach().numpy())


def test_the_peak_of_a_call_is_measured():
    subject = subject_of(lambda n: len(np.ones(n)))
    assert 8_000_000 <= subject.peak_memory(1_000_000) < 9_000_000


def test_a_view_of_an_argument_is_noticed():
    subject = subject_of(lambda x: x[1:])
    subject(np.ones(3))
    assert subject.views


def test_an_argument_handed_on_in_a_cache_is_no_surprise():
    subject = subject_of(lambda x: (x + 1, x))
    subject(np.ones(3))
    assert not subject.views
    subject = subject_of(lambda x: (x + 1, x[1:]))
    subject(np.ones(3))
    assert subject.views


def test_printing_is_bounded_and_counted():
    def talk():
        print("a" * 10_000)
        print("b" * 10_000, file=sys.stderr)

    subject = subject_of(talk)
    subject()
    assert subject.printed == "a" * 2000
    assert subject.printed_length == 20_002


def raising(error):
    def answer():
        raise error

    return answer


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (NotImplementedError(), NotWritten),
        (MemoryError(), OutOfMemory),
        (KeyError("w"), Raised),
        (SystemExit(0), Raised),
        (GeneratorExit(), Raised),
        (ExceptionGroup("both", [ValueError(1)]), Raised),
    ],
    ids=repr,
)
def test_an_error_becomes_the_trouble_it_is(error, trouble):
    with pytest.raises(trouble):
        subject_of(raising(error))()


def test_an_object_that_is_not_there_is_missing():
    subject = subject_of(len)
    subject.names = ("gone",)
    with pytest.raises(Missing, match="`gone` is not defined"):
        subject(3)


def test_what_is_no_function_is_told_so():
    with pytest.raises(Missing, match="no function but a value of type `int`"):
        subject_of(3)(1)


@pytest.mark.parametrize(
    "reply",
    [
        {"dict": []},
        {"dict": [["value", 1]]},
        {"list": []},
        3,
        None,
        {"dict": [["printed", 1], ["printed_length", "many"]]},
        {"dict": [["printed", ""], ["printed_length", {"float": "nan"}]]},
        {"dict": [["printed", ""], ["printed_length", {"float": "inf"}]]},
        {"dict": [["printed", ""], ["printed_length", 0], ["raised", 3]]},
        {"dict": [["printed", ""], ["printed_length", 0], ["raised", {"list": [1]}]]},
        {
            "dict": [
                ["printed", ""],
                ["printed_length", 0],
                ["raised", {"dict": [["kinds", {"list": []}], ["message", ""]]}],
            ]
        },
        {"dict": [["printed", ""], ["printed_length", 0]]},
    ],
    ids=str,
)
def test_a_forged_reply_is_a_crash(reply):
    class Forger:
        def send(self, tree, arrays):
            return reply, []

    with pytest.raises(Crashed, match="could not be understood"):
        Subject(Forger(), ("f",))()


def test_an_answer_that_leaves_autograd_off_does_no_harm_to_the_next():
    def nest(depth):
        return torch.nn.Linear(2, 2), nest(depth + 1)

    for broken in (nest, lambda _: torch.set_grad_enabled(False) and None):
        with contextlib.suppress(Raised):
            subject_of(broken)(0)
        assert torch.is_grad_enabled()
