"""The learning rate as a function of the step, and what goes wrong with it."""

from functools import cache

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.shared import NUMPY_ONLY


def rate_oracle(step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1):
    return scheduled(n_steps, base_rate, kind, warmup, every, factor)[step]


@cache
def scheduled(n_steps, base_rate, kind, warmup, every, factor) -> list[float]:
    """All rates of a schedule, from step 0 to step n_steps, as PyTorch gives them."""
    import torch
    from torch.optim import lr_scheduler

    later = {
        "constant": lambda optimiser: lr_scheduler.ConstantLR(optimiser, 1.0),
        "step": lambda optimiser: lr_scheduler.StepLR(optimiser, every, factor),
        "cosine": lambda optimiser: lr_scheduler.CosineAnnealingLR(
            optimiser, n_steps - warmup
        ),
    }[kind]

    def rising(optimiser):
        return lr_scheduler.LinearLR(optimiser, 1 / warmup, total_iters=warmup - 1)

    rates = []
    for make, n in ((rising, warmup), (later, n_steps - warmup + 1)):
        optimiser = torch.optim.SGD([torch.zeros(1)], base_rate)
        schedule = make(optimiser) if n else None
        for _ in range(n):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            schedule.step()
    return rates


def case(name, n_steps, kind, base, working="", **more) -> Case:
    """The rate at every step."""

    def play(subject):
        return {
            f"the rate at step {step}": subject(step, n_steps, base, kind, **more)
            for step in range(n_steps + 1)
        }

    return Case(name, play, working=working, args=(0, n_steps, base, kind), kwargs=more)


HALVED = case(
    "step: halved every 2 steps, by hand",
    5,
    "step",
    0.4,
    "steps 0 and 1: 0.4; 2 and 3: 0.2; 4 and 5: 0.1",
    every=2,
    factor=0.5,
)
COSINE = case(
    "cosine over 4 steps, by hand",
    4,
    "cosine",
    0.4,
    "the angles 0, 45, 90, 135 and 180 degrees have the cosines 1, 0.707, 0, "
    "-0.707, -1; so the rates are 0.4 times 1, 0.854, 0.5, 0.146, 0",
)
WARMED_UP = case(
    "warm-up over 4 of 7 steps, then constant",
    7,
    "constant",
    0.4,
    "steps 0 to 3: a quarter, a half, three quarters and all of it",
    warmup=4,
)


def rate_cases(rng: np.random.Generator) -> list[Case]:
    base = float(np.round(rng.uniform(0.02, 0.3), 3))
    every, factor = int(rng.integers(3, 5)), float(np.round(rng.uniform(0.3, 0.6), 2))
    drops, dropping = {"every": every, "factor": factor}, f"step: times {factor} every"
    return [
        case("constant, 5 steps", 5, "constant", base),
        HALVED,
        case(f"{dropping} {every} steps", 11, "step", base, **drops),
        COSINE,
        case("cosine over 9 steps", 9, "cosine", base),
        WARMED_UP,
        case("warm-up over 3 of 11 steps, then cosine", 11, "cosine", base, warmup=3),
        case("warm-up over 2 of 12 steps, then drops", 12, "step", base, warmup=2, **drops),
    ]  # fmt: skip


def rate_bent(kinds, change):
    """A version with `change(share of the way, rate, base_rate)` after the warm-up."""

    def version(step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1):
        rate = rate_oracle(step, n_steps, base_rate, kind, warmup, every, factor)
        if step < warmup or kind not in kinds:
            return rate
        return change((step - warmup) / (n_steps - warmup), rate, base_rate)

    return version


def rising_by(change):
    """A version whose warm-up is `change(step, warmup) * base_rate`."""

    def version(step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1):
        if step < warmup:
            return base_rate * change(step, warmup)
        return rate_oracle(step, n_steps, base_rate, kind, warmup, every, factor)

    return version


def dropped_by(change):
    """A version whose drops are `base_rate * change(steps, every, factor)`."""

    def version(step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1):
        if kind == "step" and step >= warmup:
            return base_rate * change(step - warmup, every, factor)
        return rate_oracle(step, n_steps, base_rate, kind, warmup, every, factor)

    return version


def counted_from_the_start(
    step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1
):
    begin = warmup if step < warmup else 0
    return rate_oracle(step, n_steps, base_rate, kind, begin, every, factor)


LEARNING_RATE_AT = Exercise(
    id="04.learning_rate_at",
    points=3,
    minutes=20,
    oracle=rate_oracle,
    cases=rate_cases,
    rules=(NUMPY_ONLY,),
    worked="Base rate 0.4. Warm-up over 4 steps: 0.1, 0.2, 0.3, 0.4 at the steps 0 to 3. "
    "Then count from 0 again: step 4 is the first of the schedule. Drops by half every 2 "
    "steps: 0.4, 0.4, 0.2, 0.2, 0.1 … Cosine over 4 steps: the angle goes from 0 to pi in "
    "quarters, (1 + cosine) / 2 is 1, 0.854, 0.5, 0.146, 0.",
    misconceptions=(
        Misconception(
            "degrees",
            rate_bent(
                ("cosine",),
                lambda share, rate, base: base * np.cos(90.0 * share) ** 2,
            ),
            "Your cosine jumps about: it takes the angle in degrees. In which unit does "
            "`np.cos` expect it, and what is half a turn in that unit?",
        ),
        Misconception(
            "the cosine not lifted",
            rate_bent(("cosine",), lambda share, rate, base: 2 * rate - base),
            "Your learning rate becomes negative in the second half. A cosine goes from "
            "1 to -1: what makes it go from 1 to 0?",
        ),
        Misconception(
            "the cosine lifted and not halved",
            rate_bent(("cosine",), lambda share, rate, base: 2 * rate),
            "Your schedule begins at twice the base rate. 1 + cos goes from 2 to 0: what "
            "is missing?",
        ),
        Misconception(
            "a quarter of a wave",
            rate_bent(
                ("cosine",), lambda share, rate, base: base * np.sqrt(rate / base)
            ),
            "Your cosine arrives at 0 at its steepest: it is a quarter of a wave. The "
            "schedule is flat at both ends: which part of a wave is that?",
        ),
        Misconception(
            "a straight line",
            rate_bent(("cosine",), lambda share, rate, base: base * (1 - share)),
            "Your rate falls along a straight line. Where does the cosine enter?",
        ),
        Misconception(
            "zero one step early",
            lambda step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1: (
                rate_oracle(
                    min(step, n_steps - 1) if kind == "cosine" else step,
                    n_steps - 1 if kind == "cosine" else n_steps,
                    base_rate,
                    kind,
                    warmup,
                    every,
                    factor,
                )
            ),
            "Your cosine has arrived at 0 at step n_steps - 1, so that the last step is "
            "wasted. At which step should it be 0?",
        ),
        Misconception(
            "the end is never reached",
            lambda step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1: (
                rate_oracle(
                    step,
                    n_steps + warmup if kind == "cosine" else n_steps,
                    base_rate,
                    kind,
                    warmup,
                    every,
                    factor,
                )
            ),
            "After a warm-up your cosine does not reach 0 at step n_steps. How many steps "
            "are left when the warm-up is over?",
        ),
        Misconception(
            "the schedule counts the warm-up",
            counted_from_the_start,
            "After the warm-up your schedule is already on its way: it counts from step "
            "0. With which step does it begin?",
        ),
        Misconception(
            "warm-up from zero",
            rising_by(lambda step, warmup: step / warmup),
            "Your first step has the rate 0: nothing is learned from that batch. Which "
            "part of the base rate should step 0 of the warm-up have?",
        ),
        Misconception(
            "no warm-up",
            rising_by(lambda step, warmup: 1.0),
            "The rate is at its full height from step 0. What does `warmup` do?",
        ),
        Misconception(
            "a little at each step",
            dropped_by(lambda steps, every, factor: factor ** (steps / every)),
            "Your rate falls at every step instead of every few. Which kind of division "
            "counts how many drops are over?",
        ),
        Misconception(
            "one drop for all",
            dropped_by(lambda steps, every, factor: factor if steps >= every else 1.0),
            "Your rate drops once and then stays. What happens at twice the number of "
            "steps?",
        ),
        Misconception(
            "drops one step late",
            dropped_by(
                lambda steps, every, factor: factor ** ((max(steps, 1) - 1) // every)
            ),
            "Your drops come one step late. With drops every 2 steps, is step 2 the last "
            "of the old or the first of the new?",
        ),
    ),
)
