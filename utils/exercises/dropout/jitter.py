"""What goes wrong with colour jitter."""

import numpy as np

from utils.checks.exercise import Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.jitter_cases import jitter_cases, jitter_oracle
from utils.exercises.dropout.shared import (
    FIXED_NUMBERS,
    IN_PLACE,
    OWN_NUMBERS,
    same_for_all,
)
from utils.exercises.shared import NUMPY_ONLY


def reshaped(shape, x, rng, *strengths, **more):
    """Jitters parts of images as if each were an image."""
    return jitter_oracle(x.reshape(shape), rng, *strengths, **more).reshape(x.shape)


def darkened(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    """Computes where nothing is clipped at the top, and undoes the darkening."""
    return 8 * jitter_oracle(x / 8, rng, brightness, contrast, saturation)


def in_the_middle(x, rng, contrast, saturation):
    """Computes in the middle of the range, where nothing is clipped at either end."""
    middle = jitter_oracle(0.45 + x / 32, rng, 0.0, contrast, saturation)
    return 32 * (middle - 0.45)


def not_clipped(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    bright = darkened(x, rng, brightness, 0.0, 0.0)
    return in_the_middle(bright, rng, contrast, saturation)


def clipped_each_time(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    out = jitter_oracle(x, rng, brightness, 0.0, 0.0)
    out = jitter_oracle(out, rng, 0.0, contrast, 0.0)
    return jitter_oracle(out, rng, 0.0, 0.0, saturation)


def rescaled(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    out = not_clipped(x, rng, brightness, contrast, saturation)
    low = np.minimum(out.min(axis=(1, 2, 3), keepdims=True), 0)
    high = np.maximum(out.max(axis=(1, 2, 3), keepdims=True), 1)
    return (out - low) / (high - low)


def around_half(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    bright = darkened(x, rng, brightness)
    return around(0.5, bright, rng, contrast, saturation)


def around(target, x, rng, contrast, saturation):
    """The mean is drawn to a target by pixels that are added and taken away again."""
    others = x * 0 + 2 * target - x.mean(axis=(1, 2, 3), keepdims=True)
    balanced = np.concatenate([x, others], axis=3)
    out = in_the_middle(balanced, rng, contrast, 0.0)[..., : x.shape[3]]
    return jitter_oracle(out, rng, 0.0, 0.0, saturation)


def around_given_mean(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    """Contrast takes the mean of the image before it was made brighter or darker."""
    given = x.mean(axis=(1, 2, 3), keepdims=True)
    bright = darkened(x, rng, brightness)
    return around(given, bright, rng, contrast, saturation)


def weighted_grey(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    """The grey version of 30 red, 59 green and 11 blue channels."""
    out = not_clipped(x, rng, brightness, contrast, 0.0)
    wide = np.repeat(out, (30, 59, 11), axis=1)
    return jitter_oracle(wide, rng, 0.0, 0.0, saturation)[:, [0, 30, 89]]


def around_zero(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    out = darkened(x, rng, brightness)
    return jitter_oracle(jitter_oracle(out, rng, contrast), rng, 0.0, 0.0, saturation)


def around_batch_mean(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    bright = darkened(x, rng, brightness)
    return around(bright.mean(), bright, rng, contrast, saturation)


def mean_of_each_channel(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    from copy import deepcopy

    bright = darkened(x, rng, brightness)
    channels = [
        jitter_oracle(bright[:, c : c + 1], deepcopy(rng), 0.0, contrast, 0.0)
        for c in range(x.shape[1])
    ]
    rng.random()
    return jitter_oracle(np.concatenate(channels, 1), rng, 0.0, 0.0, saturation)


def saturation_around_mean(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    out = jitter_oracle(x, rng, brightness, contrast, 0.0)
    return jitter_oracle(out, rng, 0.0, saturation, 0.0)


def added(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    light = jitter_oracle(np.full((len(x), 1, 1, 1), 0.5), rng, brightness, 0.0, 0.0)
    moved = (x + 2 * light - 1).astype(x.dtype)
    return jitter_oracle(moved, rng, 0.0, contrast, saturation)


def without_the_one(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    """Factors around 0: the image is nearly lost."""
    out = not_clipped(x, rng, brightness) - x
    mean = out.mean(axis=(1, 2, 3), keepdims=True)
    out = in_the_middle(out, rng, contrast, 0.0) - out + mean
    grey = out.mean(axis=1, keepdims=True)
    return np.clip(in_the_middle(out, rng, 0.0, saturation) - out + grey, 0, 1)


def only_brighter(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    half = (brightness / 2, contrast / 2, saturation / 2)
    bright = not_clipped(x, rng, *half)
    return np.clip(bright + x * half[0], 0, 1).astype(x.dtype)


def written_into_x(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    x[...] = jitter_oracle(x, rng, brightness, contrast, saturation)
    return x


JITTER_WORKED = (
    "An image of one row and one channel, (0.2, 0.4, 0.9), and the brightness factor 1.2: "
    "(0.24, 0.48, 1.08). Its mean is 0.6. With the contrast factor 0.5 every value comes half "
    "way to that mean: (0.42, 0.54, 0.84). Nothing is beyond 1 any more, so clipping at the "
    "end changes nothing. With the contrast factor 1.5 the row would be (0.06, 0.42, 1.32), "
    "and 1.32 would become 1. Saturation does the same around the mean of the three channels "
    "of each pixel."
)
COLOR_JITTER = Exercise(
    id="07.color_jitter",
    points=3,
    minutes=20,
    oracle=jitter_oracle,
    cases=jitter_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=JITTER_WORKED,
    misconceptions=(
        Misconception(
            "not clipped",
            not_clipped,
            "Some of your values are below 0 or above 1: no picture has such pixels, and the "
            "network has never seen them. What must be done to them at the end?",
        ),
        Misconception(
            "rescaled instead of clipped",
            rescaled,
            "You squeeze the whole image into [0, 1] where only some values are beyond it, "
            "and so undo the change of brightness. Which values should stay as they are?",
        ),
        Misconception(
            "clipped after every step",
            clipped_each_time,
            "You clip between the steps: what brightness lifts above 1 is lost before contrast "
            "could bring it back. How often does the exercise ask for it, and when?",
        ),
        Misconception(
            "one factor for the whole batch",
            lambda x, rng, *args, **kwargs: same_for_all(
                jitter_oracle, x, rng, *args, **kwargs
            ),
            "All images of the batch get the same factor. How many factors does a batch of N "
            "images need?",
        ),
        Misconception(
            "one factor for each channel",
            lambda x, rng, *args, **kwargs: reshaped(
                (-1, 1, *x.shape[2:]), x, rng, *args, **kwargs
            ),
            "Red, green and blue get different factors, which changes the colours: a red car "
            "becomes green. Which shape must the factors have to be the same for the three "
            "channels of an image?",
        ),
        Misconception(
            "one factor for each pixel",
            lambda x, rng, *args, **kwargs: reshaped(
                (-1, 1, 1, 1), x, rng, *args, **kwargs
            ),
            "Every pixel gets a factor of its own: that is noise, not another light. Which "
            "shape must the factors have for one factor an image?",
        ),
        Misconception(
            "brightness added",
            added,
            "You add a number to all pixels, so that black turns grey. What does a factor do "
            "to a black pixel?",
        ),
        Misconception(
            "factors around 0",
            without_the_one,
            "Your factors lie around 0, and with all strengths 0 the image is black. Around "
            "which number must factors lie that change little?",
        ),
        Misconception(
            "only brighter",
            only_brighter,
            "No image becomes darker. From where to where do the factors run?",
        ),
        Misconception(
            "contrast around one half",
            around_half,
            "You stretch the values around 0.5. A dark image then becomes darker still: "
            "contrast and brightness are mixed. Which value of the image itself should stay?",
        ),
        Misconception(
            "contrast around zero",
            around_zero,
            "Your contrast multiplies the image, which is what brightness does. Around which "
            "value are the others stretched?",
        ),
        Misconception(
            "contrast around the mean of the batch",
            around_batch_mean,
            "Your contrast takes the mean of all images of the batch, so that an image comes "
            "out otherwise in other company. Over which axes is the mean of one image?",
        ),
        Misconception(
            "contrast around the mean of each channel",
            mean_of_each_channel,
            "Your contrast takes a mean for each channel. The docstring asks for one mean for "
            "the whole image. Over which axes is that?",
        ),
        Misconception(
            "contrast around the mean before the brightness",
            around_given_mean,
            "Each of the three changes is right alone, together they are not. Contrast takes "
            "the mean of the image as it is by then: of which array do you take it?",
        ),
        Misconception(
            "weighted grey",
            weighted_grey,
            "Your grey weights the three channels, as photographers do. Here it is their plain "
            "mean. What does the exercise say about the weights?",
        ),
        Misconception(
            "saturation around the mean of the image",
            saturation_around_mean,
            "Your saturation is a second contrast: it changes grey pictures. Towards what "
            "does a pixel go when it loses its colour, but not its light?",
        ),
        Misconception(
            "float64 out of float32",
            lambda x, rng, *args, **kwargs: jitter_oracle(
                x.astype(float), rng, *args, **kwargs
            ),
            "A float32 image comes out as float64. Which dtype do your factors have?",
        ),
        Misconception(
            "random numbers of its own",
            lambda x, rng, *args, **kwargs: jitter_oracle(
                x, np.random.default_rng(), *args, **kwargs
            ),
            OWN_NUMBERS,
        ),
        Misconception(
            "the same factors in every call",
            lambda x, rng, *args, **kwargs: jitter_oracle(
                x, np.random.default_rng(0), *args, **kwargs
            ),
            FIXED_NUMBERS,
        ),
        Misconception(
            "written into x", written_into_x, IN_PLACE, breaks=keeps_inputs().name
        ),
    ),
)
