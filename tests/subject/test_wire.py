"""Do values survive the way there and back, and are forged messages refused?"""

import io
import json
import math
import struct

import numpy as np
import pytest
import torch

from utils.subject import Generator, Named, Network, Tensor, wire

VALUES = {
    "nothing": None,
    "truth": True,
    "text": "α` <b>\n\x00\ud800",
    "whole": -3,
    "huge": -(2**200),
    "real": 0.1,
    "infinite": -math.inf,
    "list": [1, [2.5, "x"], []],
    "tuple": (1, (2,)),
    "dictionary": {"a": (1,), 3: None},
    "array": np.arange(6.0).reshape(2, 3),
    "columns first": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "other end first": np.arange(4, dtype=">i4"),
    "strided": np.arange(10)[::-3],
    "empty": np.zeros((0, 3), dtype=np.float32),
    "no axes": np.array(2.5),
    "truths": np.array([True, False]),
    "not finite": np.array([np.nan, np.inf]),
    "complex": np.array([1 + 2j], dtype=np.complex64),
    "scalar": np.float32(1.5),
    "pixel": np.uint8(200),
}


def there_and_back(value, **options):
    packer = wire.Packer()
    stream = io.BytesIO()
    wire.write(stream, packer.pack(value), packer.arrays)
    stream.seek(0)
    tree, arrays = wire.read(stream.read)
    return wire.Unpacker(arrays, **options).unpack(tree)


def message(tree, arrays=(), body=b""):
    header = json.dumps({"tree": tree, "arrays": list(arrays)}).encode()
    return struct.pack(">Q", len(header)) + header + body


def read(data):
    return wire.read(io.BytesIO(data).read)


@pytest.mark.parametrize("name", VALUES)
def test_a_value_comes_back_as_it_was(name):
    value, back = VALUES[name], there_and_back(VALUES[name])
    assert type(back) is type(value)
    np.testing.assert_equal(back, value)
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype.newbyteorder("=")
        assert back.shape == value.shape
        assert back.flags.writeable


def test_nan_comes_back_as_nan():
    assert math.isnan(there_and_back(math.nan))


def test_a_tensor_travels_as_an_array():
    back = there_and_back(torch.tensor([1.0, 2.0], requires_grad=True))
    assert type(back) is Tensor
    assert back.requires_grad
    np.testing.assert_array_equal(back.array, [1, 2])


def test_a_live_side_makes_what_a_recipe_says():
    generator = there_and_back(Generator(5), live=True)
    assert generator.random() == np.random.default_rng(5).random()
    assert there_and_back(Named("numpy.tanh"), live=True) is np.tanh
    weight = np.ones((2, 3), dtype=np.float32)
    network = Network(
        (("Linear", 3, 2),), {"0.weight": weight, "0.bias": np.zeros(2, np.float32)}
    )
    made = there_and_back(network, live=True)
    assert made(torch.ones(1, 3)).tolist() == [[3.0, 3.0]]


def test_the_other_side_keeps_a_recipe_as_it_is():
    assert there_and_back(Generator(5)) == Generator(5)


@pytest.mark.parametrize(
    "path", ["os.system", "utils.checks.check", "numpyx.f", "eval"]
)
def test_only_public_functions_have_names(path):
    with pytest.raises(ValueError, match="is not a public function"):
        Named(path).make()


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {(1, 2): 3},
        np.array([object()]),
        np.array(["a"]),
        np.ma.masked_array([1.0]),
        len,
        ...,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_data_is_not_sent(value):
    with pytest.raises(wire.NotData, match="is not data"):
        wire.Packer().pack(value)


def test_what_is_too_deep_or_too_long_stays_where_it_is():
    def hold(value):
        return {"held": 0, "type": type(value).__name__}

    deep = []
    for _ in range(100):
        deep = [deep]
    text = json.dumps(wire.Packer(hold).pack(deep))
    assert text.count('{"list"') == wire.MAX_DEPTH + 1
    long = wire.Packer(hold).pack([0] * (wire.MAX_ITEMS + 1))
    assert long == {"held": 0, "type": "list"}


def nested(depth):
    tree = 1
    for _ in range(depth):
        tree = {"list": [tree]}
    return tree


FORGED = {
    "unknown part": {"pickle": "gASV"},
    "method by name": {"dict__": 1},
    "bare list": [1, 2],
    "no part": {},
    "no such array": {"array": 1},
    "negative array": {"array": -1},
    "truth as number": {"array": True},
    "text as number": {"array": "0"},
    "deep": nested(100),
    "unknown recipe": {"recipe": "Popen", "fields": {}},
    "held": {"held": 0},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_tree_is_refused(name):
    with pytest.raises(wire.NotData):
        wire.Unpacker([np.ones(2)]).unpack(FORGED[name])


@pytest.mark.parametrize(
    "tree",
    [
        {"int": 3},
        {"int": "xyz"},
        {"float": "one"},
        {"list": 3},
        {"dict": [[1]]},
        {"dict": [[[], 1]]},
        {"recipe": "Generator", "fields": {"nonsense": 1}},
    ],
    ids=str,
)
def test_a_malformed_part_is_an_ordinary_error(tree):
    with pytest.raises((TypeError, ValueError, KeyError)):
        wire.Unpacker([]).unpack(tree)


@pytest.mark.parametrize(
    "described",
    [
        ["float64", [1 << 40]],
        ["float64", [1 << 20, 1 << 20]],
        ["float64", [-1]],
        ["float64", [-4, -4]],
        ["float64", [1.5]],
        ["float64", [True]],
        ["float64", ["3"]],
        ["float64", [1] * 40],
        ["float64", 3],
        ["object", [1]],
        ["O", [1]],
        ["V1000000", [1]],
        ["U5", [1]],
        [[], [1]],
        "float64",
        ["float64"],
    ],
    ids=str,
)
def test_an_impossible_array_is_refused_before_it_is_read(described):
    with pytest.raises(wire.NotData):
        read(message({"array": 0}, [described], b"\0" * 64))


def test_many_arrays_may_not_be_too_large_together():
    half = ["uint8", [wire.MAX_BYTES // 2 + 1]]
    with pytest.raises(wire.NotData, match="at most"):
        read(message({"array": 0}, [half, half]))


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">Q", wire.MAX_TEXT + 1),
        struct.pack(">Q", 2**64 - 1),
        struct.pack(">Q", 3) + b"{}}",
        struct.pack(">Q", 2) + b"{}",
        struct.pack(">Q", 2) + b"[]",
        struct.pack(">Q", 4) + b"null",
        struct.pack(">Q", 2) + b"\xff\xfe",
        struct.pack(">Q", 100_000) + b"[" * 100_000,
    ],
    ids=range(8),
)
def test_an_impossible_header_is_refused(data):
    with pytest.raises(wire.NotData):
        read(data)


def test_a_stream_that_ends_is_an_end():
    with pytest.raises(EOFError):
        read(b"\0\0")
