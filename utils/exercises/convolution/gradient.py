"""The backward pass of a convolution layer, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.layer import NOTES_W, NOTES_X, SETTINGS, drawn
from utils.exercises.convolution.padding import output_size_oracle
from utils.exercises.convolution.shared import (
    NOTHING_LEFT,
    a_side,
    as_if_step_one,
    cut_by_minus,
    exchanged,
    framed,
    one_at_a_time,
    tensors,
)
from utils.exercises.shared import NUMPY_ONLY


def conv_gradient_oracle(dout, cache):
    import torch

    x, w, b, stride, pad = cache
    inputs = tensors(x, w, b)
    out = torch.nn.functional.conv2d(
        *inputs, stride=a_side(stride), padding=a_side(pad)
    )
    gradients = torch.autograd.grad(out, inputs, tensors(dout)[0].detach())
    return tuple(gradient.numpy() for gradient in gradients)


def dout_for(rng: np.random.Generator, x, w, stride, pad) -> np.ndarray:
    """An upstream gradient of the shape that the layer's output has."""
    sizes = zip(x.shape[2:], w.shape[2:], a_side(stride), a_side(pad), strict=True)
    return rng.normal(size=(len(x), len(w), *(output_size_oracle(*s) for s in sizes)))


def gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = [
        call(
            "a 4 x 4 image by hand",
            np.array([[[[1.0, 0], [0, 2]]]]),
            (NOTES_X, NOTES_W, np.array([1.0]), 1, 0),
            working="db = 1 + 0 + 0 + 2 = 3; dw at [0, 0] = 1*3 + 0*0 + 0*6 + 2*5 = 13",
        )
    ]
    for name, (x_shape, w_shape, stride, pad) in SETTINGS.items():
        x, w, b = drawn(rng, x_shape, w_shape)
        dout = dout_for(rng, x, w, stride, pad)
        cases.append(call(name, dout, (x, w, b, stride, pad)))
    return cases


def stride_ignored(dout, cache):
    x, w, b, _, pad = cache
    frame, filters = framed(x, pad).shape[2:], w.shape[2:]
    room = [n - f + 1 for n, f in zip(frame, filters, strict=True)]
    return conv_gradient_oracle(as_if_step_one(dout, room), (x, w, b, 1, pad))


def frame_kept(dout, cache):
    x, w, b, stride, pad = cache
    return conv_gradient_oracle(dout, (framed(x, pad), w, b, stride, 0))


def cut_at_one_end(dout, cache):
    dx, dw, db = frame_kept(dout, cache)
    return dx[:, :, : cache[0].shape[2], : cache[0].shape[3]], dw, db


def cut_without_frame(dout, cache):
    dx, dw, db = frame_kept(dout, cache)
    return cut_by_minus(dx, cache[4]), dw, db


def filter_turned(dout, cache):
    x, w, *rest = cache
    _, dw, db = conv_gradient_oracle(dout, cache)
    return conv_gradient_oracle(dout, (x, w[:, :, ::-1, ::-1], *rest))[0], dw, db


def windows_overwrite(dout, cache):
    """dx holds what the last window, with the last filter, wrote into it."""
    x, w, b, stride, pad = cache
    last, ones = (x, w[-1:], b[-1:], stride, pad), np.ones_like(w[-1:])
    dx = np.zeros_like(x)
    for place in one_at_a_time(np.ones_like(dout[:, -1:])):
        part = conv_gradient_oracle(dout[:, -1:] * place, last)[0]
        touched = conv_gradient_oracle(place, (x, ones, *last[2:]))[0]
        dx[touched != 0] = part[touched != 0]
    return (dx, *conv_gradient_oracle(dout, cache)[1:])


def last_offset_stays(dout, cache):
    """dx holds what the last weight of the filter that reaches a pixel wrote into it."""
    x, w, *rest = cache
    dx = np.zeros_like(x)
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            one, all_ones = np.zeros_like(w), np.zeros_like(w)
            one[:, :, i, j], all_ones[:, :, i, j] = w[:, :, i, j], 1
            touched = conv_gradient_oracle(np.ones_like(dout), (x, all_ones, *rest))[0]
            part = conv_gradient_oracle(dout, (x, one, *rest))[0]
            dx[touched != 0] = part[touched != 0]
    return (dx, *conv_gradient_oracle(dout, cache)[1:])


def dw_of(*places):
    """dw holds what this part of the upstream gradient gave."""

    def version(dout, cache):
        alone = np.zeros_like(dout)
        alone[places] = dout[places]
        dx, _, db = conv_gradient_oracle(dout, cache)
        return dx, conv_gradient_oracle(alone, cache)[1], db

    return version


def all_assigned(dout, cache):
    """Every place writes its part of dx and of dw over what was there."""
    dw = dw_of(-1, slice(None), -1, -1)(dout, cache)[1]
    return windows_overwrite(dout, cache)[0], dw, conv_gradient_oracle(dout, cache)[2]


def with_db(change):
    return lambda dout, cache: (*conv_gradient_oracle(dout, cache)[:2], change(dout))


def stops_unless_square(dout, cache):
    if cache[1].shape[2] != cache[1].shape[3]:
        raise ValueError("the shapes of window and filter do not match")
    return conv_gradient_oracle(dout, cache)


def sides_exchanged(dout, cache):
    """Windows begin where the strides and paddings of the other side say."""
    if len(set(exchanged(cache[3]))) > 1:
        raise ValueError("a window reaches beyond the image")
    return conv_gradient_oracle(dout, cache)


GRADIENT_WORKED = (
    "One row of three pixels x = (1, 2, 3), a filter w = (10, 20), stride 1. The outputs are "
    "10*1 + 20*2 and 10*2 + 20*3. Let the upstream gradient be dout = (1, 2). Pixel 0 was met by "
    "w[0] in output 0: dx[0] = 10*1. Pixel 1 was met twice, by w[1] in output 0 and by w[0] in output 1: "
    "dx[1] = 20*1 + 10*2 = 40. Pixel 2: 20*2 = 40. In the same way dw[0] = 1*1 + 2*2 = 5, dw[1] = 1*2 + 2*3 = 8, "
    "and db = 1 + 2 = 3."
)
ADD_UP = (
    "Windows overlap, so a pixel has a part in several outputs. In your dx only one of them is "
    "left. What must happen to what an earlier window has put there?"
)
GRADIENT_MISTAKES = (
    Misconception(
        "stride ignored in backward",
        stride_ignored,
        "Only cases with a stride above 1 fail: your windows are one pixel apart. In which row of the image did the "
        "window of output row i begin in the forward pass?",
    ),
    Misconception(
        "frame kept in dx",
        frame_kept,
        "dx has the shape of the padded image. Which part of it belongs to pixels of x?",
    ),
    Misconception(
        "frame cut off at one end only",
        cut_at_one_end,
        "dx has the right shape, but it begins in the frame: you cut off its end only. Where in the padded image is "
        "pixel [0, 0] of x?",
    ),
    Misconception("frame cut off with a minus", cut_without_frame, NOTHING_LEFT),
    Misconception(
        "filter turned in dx",
        filter_turned,
        "dw and db are right; in dx the weights come from the opposite corner of the filter. Which weight did "
        "the top left pixel of a window meet in the forward pass?",
    ),
    Misconception(
        "dw of the last window only",
        dw_of(-1, slice(None), -1, -1),
        "Every window of every image has used the filter. In dw only the last one is left: what must happen to "
        "what is there already?",
    ),
    Misconception(
        "dw of the last image only",
        dw_of(-1),
        "All images have used the filter. In dw only the last one is left: what must happen to what is there "
        "already?",
    ),
    Misconception(
        "dw averaged over the images",
        lambda dout, cache: (
            conv_gradient_oracle(dout, cache)[0],
            conv_gradient_oracle(dout, cache)[1] / len(dout),
            conv_gradient_oracle(dout, cache)[2],
        ),
        "You divide dw by the number of images. If the loss is a mean, dout knows that already. Does the "
        "chain rule add or average the ways by which w reaches the loss?",
    ),
    Misconception(
        "bias gradient not summed over images",
        with_db(lambda dout: dout.sum(axis=(2, 3))),
        "db has a row for each image. b has one number a filter, used in every image. Over which axes of dout must "
        "be summed?",
    ),
    Misconception(
        "bias gradient not summed over pixels",
        with_db(lambda dout: dout.sum(axis=0)),
        "db has a number for each output pixel. b has one number a filter, used at every place. Over which axes of dout "
        "must be summed?",
    ),
    Misconception(
        "bias gradient averaged",
        with_db(lambda dout: dout.mean(axis=(0, 2, 3))),
        "You average dout for db. Was b divided by anything when it was added to each output?",
    ),
    Misconception(
        "gradients in another order",
        lambda dout, cache: tuple(
            conv_gradient_oracle(dout, cache)[i] for i in (1, 0, 2)
        ),
        "dw comes first in what you return. In which order are the inputs, and their gradients?",
    ),
    Misconception(
        "height and width of the filter exchanged",
        stops_unless_square,
        "Your code stops wherever a filter is not square. The shape of w is (K, C, FH, FW): which of the last two "
        "is the height?",
    ),
    Misconception(
        "sides of the stride exchanged",
        sides_exchanged,
        "Only the case with another stride a side stops. A pair is (height, width): which of the two moves the window "
        "down?",
    ),
)  # fmt: skip

CONV_BACKWARD_LOOPS = Exercise(
    id="05.conv_backward_loops",
    points=5,
    minutes=30,
    oracle=conv_gradient_oracle,
    cases=gradient_cases,
    returns=("dx", "dw", "db"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=GRADIENT_WORKED,
    misconceptions=(
        *GRADIENT_MISTAKES,
        Misconception("windows overwrite one another", windows_overwrite, ADD_UP),
        Misconception(
            "dx and dw assigned instead of added",
            all_assigned,
            "Both dx and dw hold what the last place has put there. Pixels and weights are used at "
            "many places. Does your loop write with `=` or with `+=`?",
        ),
    ),
)
