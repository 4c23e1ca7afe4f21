"""Average pooling, forward and backward."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.pooling import (
    BY_HAND,
    gradient_cases,
    pool_cases,
    single_precision,
    stride_ignored,
)
from utils.exercises.convolution.shared import (
    NUMPY_ONLY,
    a_side,
    exchanged,
    framed,
    no_pixel_loop,
    one_at_a_time,
    tensors,
)

# --- forward ----------------------------------------------------------------------


def average_pool_oracle(x, size=2, stride=2, pad=0):
    import torch

    out = torch.nn.functional.avg_pool2d(
        tensors(x)[0], a_side(size), stride=a_side(stride), padding=a_side(pad)
    )
    return out.detach().numpy(), (x, size, stride, pad)


def forward_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "a 3 x 3 image by hand",
            BY_HAND,
            size=2,
            stride=1,
            working="row 0, column 0: (0 + 1 + 3 + 4) / 4 = 2",
        ),
        *pool_cases(rng),
        single_precision(rng, backward=False),
    ]


def area(size):
    return int(np.prod(np.broadcast_to(size, 2)))


def bent(change):
    """The layer whose output is `change(x, size, stride, pad)`, with the right cache."""

    def forward(x, size=2, stride=2, pad=0):
        return change(x, size, stride, pad), (x, size, stride, pad)

    return forward


def of_real_pixels(x, size, stride, pad):
    """The mean of those pixels of a window that belong to the image."""
    counts = average_pool_oracle(np.ones_like(x), size, stride, pad)[0]
    return average_pool_oracle(x, size, stride, pad)[0] / counts


QUICK_HINT = (
    "The values are right; now let NumPy do the loop over the windows. Take the top left pixel of every window at once: that "
    "is one slice with a step. Which other slices must be added to it?"
)


def large_image() -> Case:
    image = np.ones((1, 1, 128, 128))
    return call("An image of 128 x 128 pixels", image, size=2, stride=1)


AVERAGE_POOL_FORWARD = Exercise(
    id="05.average_pool_forward",
    points=2,
    minutes=10,
    oracle=average_pool_oracle,
    cases=forward_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_image, QUICK_HINT)),
    worked="The image [[0, 1, 2], [3, 4, 5], [6, 7, 8]], windows of 2 x 2, stride 1. The first window holds 0, 1, 3, 4; "
    "their mean is 8 / 4 = 2. With a frame of one zero the very first window holds 0, 0, 0, 0 and the second 0, 0, 0, 1: "
    "zeros of the frame count as pixels here, so that its mean is 1 / 4.",
    misconceptions=(
        Misconception(
            "sum instead of mean",
            bent(
                lambda x, size, stride, pad: (
                    average_pool_oracle(x, size, stride, pad)[0] * area(size)
                )
            ),
            "You add the pixels of a window. By what is the sum divided to become a mean?",
        ),
        Misconception(
            "frame not counted",
            bent(of_real_pixels),
            "Only windows that touch the frame are wrong: you divide by the number of real pixels. The zeros of the frame count "
            "as pixels here. By what is the sum always divided?",
        ),
        Misconception(
            "stride ignored",
            bent(lambda x, size, stride, pad: average_pool_oracle(x, size, 1, pad)[0]),
            "The stride has no effect: your windows are one pixel apart. Which argument says how far they are apart?",
        ),
        Misconception(
            "stride taken from the size",
            bent(
                lambda x, size, stride, pad: average_pool_oracle(x, size, size, pad)[0]
            ),
            "Your windows never overlap. Is the distance of two windows always their size?",
        ),
        Misconception(
            "padding ignored",
            bent(lambda x, size, stride, pad: average_pool_oracle(x, size, stride, 0)[0]),
            "The padding has no effect. Where does the first window begin when there is a frame of 1?",
        ),
        Misconception(
            "sides of the window exchanged",
            bent(
                lambda x, size, stride, pad: average_pool_oracle(
                    framed(x, pad), exchanged(size), stride, 0
                )[0]
            ),
            "Your windows lie on their side. A size is (height, width): which axis of x is the height?",
        ),
        Misconception(
            "over the channels too",
            bent(
                lambda x, size, stride, pad: average_pool_oracle(x, size, stride, pad)[
                    0
                ].mean(axis=1, keepdims=True)
            ),
            "You average all channels. Pooling leaves every channel by itself: which axes does a window have?",
        ),
        Misconception(
            "double precision whatever comes in",
            bent(
                lambda x, size, stride, pad: average_pool_oracle(x, size, stride, pad)[
                    0
                ].astype(float)
            ),
            "From float32 you make float64. Which dtype does `np.zeros` give you when you do not ask for one?",
        ),
    ),
)  # fmt: skip

# --- backward ---------------------------------------------------------------------


def average_pool_gradient_oracle(dout, cache):
    import torch

    x, size, stride, pad = cache
    (image,) = tensors(x)
    out = torch.nn.functional.avg_pool2d(
        image, a_side(size), stride=a_side(stride), padding=a_side(pad)
    )
    upstream = torch.from_numpy(np.array(dout, order="C"))
    return torch.autograd.grad(out, image, upstream)[0].numpy()


def backward_cases(rng: np.random.Generator) -> list[Case]:
    by_hand = call(
        "a 3 x 3 image by hand",
        np.array([[[[4.0, 8.0], [12.0, 16.0]]]]),
        (BY_HAND, 2, 1, 0),
        working="[0, 0] is in one window: 4 / 4 = 1; [1, 1] is in all four: 1 + 2 + 3 + 4 = 10",
    )
    return [by_hand, *gradient_cases(rng)]


def last_window_stays(dout, cache):
    """Every window writes its share into all of its pixels."""
    dx = np.zeros_like(cache[0])
    for place in one_at_a_time(np.ones_like(dout)):
        touched = average_pool_gradient_oracle(place, cache) != 0
        dx[touched] = average_pool_gradient_oracle(place * dout, cache)[touched]
    return dx


def first_window_stays(dout, cache):
    """Of all windows of a pixel the first one is left: the last offset has written it."""
    dx = np.zeros_like(cache[0])
    for place in list(one_at_a_time(np.ones_like(dout)))[::-1]:
        touched = average_pool_gradient_oracle(place, cache) != 0
        dx[touched] = average_pool_gradient_oracle(place * dout, cache)[touched]
    return dx


def shared_by_real_pixels(dout, cache):
    x, *rest = cache
    counts = average_pool_oracle(np.ones_like(x), *rest)[0]
    return average_pool_gradient_oracle(dout / counts, cache)


ADD_UP = (
    "Windows overlap, so a pixel gets a share from several of them. In your dx only one is left. What must happen to what "
    "is there already?"
)


def large_gradient() -> Case:
    image = np.ones((1, 1, 128, 128))
    return call(
        "An image of 128 x 128 pixels", np.ones((1, 1, 127, 127)), (image, 2, 1, 0)
    )


AVERAGE_POOL_BACKWARD = Exercise(
    id="05.average_pool_backward",
    points=2,
    minutes=15,
    oracle=average_pool_gradient_oracle,
    cases=backward_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_gradient, QUICK_HINT)),
    worked="The row (3, 7, 5), windows of two, stride 1: the outputs are 5 and 6. Let dout be (10, 20). Window 0 gives 10 / 2 = 5 to pixel 0 "
    "and to pixel 1; window 1 gives 10 to pixel 1 and to pixel 2. So dx = (5, 15, 10), and its sum is that of dout, 30. The "
    "pixels themselves do not matter.",
    misconceptions=(
        Misconception(
            "gradient not divided",
            lambda dout, cache: (
                average_pool_gradient_oracle(dout, cache) * area(cache[1])
            ),
            "Every pixel of a window gets all of its gradient, so more comes out than went in. With what factor does a pixel enter "
            "the mean?",
        ),
        Misconception(
            "divided twice",
            lambda dout, cache: (
                average_pool_gradient_oracle(dout, cache) / area(cache[1])
            ),
            "Your gradient is too small by the number of pixels in a window. With what factor does a pixel enter the mean?",
        ),
        Misconception(
            "the last window overwrites the others", last_window_stays, ADD_UP
        ),
        Misconception(
            "the first window is left alone", first_window_stays, ADD_UP
        ),
        Misconception(
            "stride ignored in backward",
            lambda dout, cache: stride_ignored(
                average_pool_gradient_oracle, dout, cache
            ),
            "Your windows are one pixel apart. In which row did the window of output row i begin in the forward pass?",
        ),
        Misconception(
            "frame kept in dx",
            lambda dout, cache: average_pool_gradient_oracle(
                dout, (framed(cache[0], cache[3]), *cache[1:3], 0)
            ),
            "dx has the shape of the padded image. Which part of it belongs to pixels of x?",
        ),
        Misconception(
            "frame gets no share",
            shared_by_real_pixels,
            "Only windows that touch the frame are wrong: you divide by the number of real pixels. By what was the sum divided in the "
            "forward pass?",
        ),
        Misconception(
            "double precision in backward",
            lambda dout, cache: average_pool_gradient_oracle(dout, cache).astype(float),
            "From float32 you make float64. Which dtype does `np.zeros` give you when you do not ask for one?",
        ),
    ),
)  # fmt: skip
