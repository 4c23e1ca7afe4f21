"""Groups of channels: the filters written out in full, and the shuffle after them."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import without
from utils.subject import Tensor

# --- ungroup ----------------------------------------------------------------------


def ungroup_oracle(w, groups):
    """What the grouped filters say to images with one bright pixel, a channel each."""
    channels, (high, wide) = groups * w.shape[1], w.shape[2:]
    dots = torch.eye(channels * high * wide, dtype=w.dtype)
    answers = F.conv2d(dots.view(-1, channels, high, wide), w, groups=groups)
    return answers[:, :, 0, 0].T.reshape(-1, channels, high, wide)


def ungroup_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name, shape, groups, **more):
        return call(name, Tensor(rng.normal(size=shape)), groups, **more)

    by_hand = np.array([[2.0], [3.0], [5.0], [7.0]]).reshape(4, 1, 1, 1)
    return [
        call(
            "four filters, two channels, two groups, by hand",
            Tensor(by_hand),
            2,
            working="filters 0 and 1 see channel 0, filters 2 and 3 see channel 1: "
            "rows (2, 0), (3, 0), (0, 5), (0, 7)",
        ),
        drawn("6 filters, 3 groups of 4 channels", (6, 4, 2, 3), 3),
        drawn("8 filters, 2 groups of 3 channels", (8, 3, 3, 1), 2),
        drawn("depthwise: a group for every channel", (5, 1, 3, 2), 5),
        drawn("one group is a plain convolution", (4, 3, 2, 5), 1),
    ]


def one_block_column(w, groups):
    return F.pad(w, (0, 0, 0, 0, 0, (groups - 1) * w.shape[1]))


def dealt_out(w, groups):
    deal = torch.arange(len(w)).view(-1, groups).T.flatten()
    dense = torch.zeros_like(ungroup_oracle(w, groups))
    dense[deal] = ungroup_oracle(w[deal], groups)
    return dense


UNGROUP = Exercise(
    id="09.ungroup",
    points=1,
    minutes=15,
    oracle=ungroup_oracle,
    cases=ungroup_cases,
    worked="Four filters for two groups of one channel each, with the weights 2, 3, 5 and 7. The "
    "first half of the filters sees the first half of the channels: as rows of a plain "
    "convolution (2, 0), (3, 0), (0, 5), (0, 7).",
    misconceptions=(
        Misconception(
            "every group sees the first channels",
            one_block_column,
            "All your filters look at the first channels. At which channel does the second "
            "group begin?",
        ),
        Misconception(
            "every group sees all channels",
            lambda w, groups: w.repeat(1, groups, 1, 1),
            "There is no zero in your filters: each of them sees the channels of the other "
            "groups too. What does a filter see of another group?",
        ),
        Misconception(
            "filters dealt out in turn",
            dealt_out,
            "You deal the filters to the groups in turn. Which filters belong to the first "
            "group: every second one, or the first half?",
        ),
        Misconception(
            "divided by the number of groups",
            lambda w, groups: ungroup_oracle(w, groups) / groups,
            "Your weights have become smaller. Are the groups averaged?",
        ),
    ),
)

# --- channel_shuffle --------------------------------------------------------------


def shuffle_oracle(x, groups):
    return F.channel_shuffle(x, groups)


def shuffle_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name, shape, groups):
        return call(name, Tensor(rng.normal(size=shape)), groups)

    return [
        call(
            "six channels, two groups, by hand",
            Tensor(np.arange(6.0).reshape(1, 6, 1, 1)),
            2,
            working="the groups are (0, 1, 2) and (3, 4, 5); one of each in turn: "
            "0, 3, 1, 4, 2, 5",
        ),
        drawn("12 channels, 3 groups", (2, 12, 3, 5), 3),
        drawn("10 channels, 5 groups", (3, 10, 2, 4), 5),
        drawn("one group: nothing to mix", (2, 5, 3, 4), 1),
    ]


def groups_reversed(x, groups):
    return torch.cat(x.chunk(groups, dim=1)[::-1], dim=1)


CHANNEL_SHUFFLE = Exercise(
    id="09.channel_shuffle",
    points=1,
    minutes=10,
    oracle=shuffle_oracle,
    cases=shuffle_cases,
    rules=(
        without("channel_shuffle", "ChannelShuffle", "native_channel_shuffle"),
        without("random", "randperm", because="but nothing here is random"),
    ),
    worked="Six channels in two groups: (0, 1, 2) and (3, 4, 5). Write each group as a row of a "
    "table of 2 x 3, and read the table by columns: 0, 3, 1, 4, 2, 5.",
    misconceptions=(
        Misconception(
            "not shuffled",
            lambda x, groups: x.clone(),
            "The channels come out in the order in which they went in. You made a table of "
            "groups and flattened it again: what must happen to the table in between?",
        ),
        Misconception(
            "shuffled the other way",
            lambda x, groups: F.channel_shuffle(x, x.shape[1] // groups),
            "You undo a shuffle instead of making one: your table has a row for each member "
            "and not for each group. Which comes first, in the order of the channels?",
        ),
        Misconception(
            "groups turned round",
            groups_reversed,
            "The groups change places and stay together. From where should two neighbouring "
            "channels of the result come?",
        ),
        Misconception(
            "positions shuffled",
            lambda x, groups: F.channel_shuffle(x, groups).flip(3),
            "The pixels have moved too. Which axis alone may change its order?",
        ),
    ),
)
