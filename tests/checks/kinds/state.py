"""A function with state: running statistics in a dictionary of the caller's."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.exercise import Case, Exercise, Misconception

ANSWER = """
import numpy as np

def normalise(x, running, mode):
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running["mean"] = 0.9 * running["mean"] + 0.1 * mean
        running["var"] = 0.9 * running["var"] + 0.1 * var
    else:
        mean, var = running["mean"], running["var"]
    return (x - mean) / np.sqrt(var + 1e-5)
"""


def oracle(x, running, mode, used=None, weight=0.1, writes=("mean", "var")):
    import torch

    batch = {"mean": x.mean(axis=0), "var": x.var(axis=0)}
    used = used or (batch if mode == "train" else running)
    mean, var = (torch.from_numpy(np.array(used[key])) for key in ("mean", "var"))
    out = torch.nn.functional.batch_norm(torch.from_numpy(x), mean, var).numpy()
    for key in writes if mode == "train" else ():
        running[key] = (1 - weight) * running[key] + weight * batch[key]
    return out


def of_batch(x, running, mode):
    return oracle(x, running, mode, {"mean": x.mean(axis=0), "var": x.var(axis=0)})


def cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d, modes):
        running = {"mean": rng.normal(size=d), "var": rng.uniform(1, 2, size=d)}
        batches = [rng.normal(2, 3, size=(n, d)) for _ in modes]

        def play(subject):
            kept = subject.keep(running)
            outs = [subject(x, kept, m) for x, m in zip(batches, modes, strict=True)]
            return {"outputs": outs, "running": subject.fetch(kept)}

        return Case(name, play)

    return [
        case("one training batch", 5, 3, ["train"]),
        case("inference leaves the state alone", 4, 3, ["test"]),
        case("two training batches, then inference", 6, 2, ["train", "train", "test"]),
    ]


EXERCISE = Exercise(
    id="99.normalise",
    points=4,
    minutes=15,
    oracle=oracle,
    cases=cases,
    misconceptions=(
        Misconception(
            "running variance not updated",
            lambda *args: oracle(*args, writes=("mean",)),
            "The running mean is updated. What about the variance?",
        ),
        Misconception(
            "batch statistics at inference",
            of_batch,
            "A row must not depend on its neighbours then. Which mean do you use?",
        ),
        Misconception(
            "old and new exchanged",
            lambda *args: oracle(*args, weight=0.9),
            "How much of the old statistics should be kept: a tenth, or nine tenths?",
        ),
    ),
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    "def normalise(x, running, mode):\n    raise NotImplementedError",
    {
        "running variance not updated": bent(
            ANSWER, ('        running["var"] = 0.9 * running["var"] + 0.1 * var\n', "")
        ),
        "batch statistics at inference": bent(
            ANSWER,
            (
                'mean, var = running["mean"], running["var"]',
                "mean, var = x.mean(axis=0), x.var(axis=0)",
            ),
        ),
        "old and new exchanged": bent(
            ANSWER,
            ('0.9 * running["mean"] + 0.1 *', '0.1 * running["mean"] + 0.9 *'),
            ('0.9 * running["var"] + 0.1 *', '0.1 * running["var"] + 0.9 *'),
        ),
    },
)
