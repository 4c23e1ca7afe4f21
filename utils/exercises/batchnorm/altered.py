"""Batch normalisation forwards with a fault, made from PyTorch's own.

`oracle` is the one for flat data or the one for images; `shaped` brings a vector of
numbers, one a feature, beside `x`.
"""

import numpy as np


def shaped(vector, x):
    return vector.reshape(-1, *(1,) * (x.ndim - 2))


def other_out(
    oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5, *, scale, shift
):
    """The right state and cache, and the `out` of another scale and shift."""
    out, _ = oracle(x, scale, shift, dict(running), mode, momentum, eps)
    _, cache = oracle(x, gamma, beta, running, mode, momentum, eps)
    return out, cache


def other_divisor(
    oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5, *, divisor
):
    """Divides by `divisor(std, eps)`, where `std` is the root without eps."""
    before = dict(running)
    _, cache = oracle(x, gamma, beta, running, mode, momentum, eps)
    ones, none = np.ones_like(gamma), np.zeros_like(beta)
    x_hat, _ = oracle(x, ones, none, before, mode, momentum, eps)
    std = cache[1] if cache else np.sqrt(before["var"] + eps)
    wrong = divisor(np.sqrt(np.maximum(std**2 - eps, 0)), eps)
    x_hat = x_hat * shaped(std / wrong, x)
    out = shaped(gamma, x) * x_hat + shaped(beta, x)
    return out, (x_hat, wrong, gamma) if cache else None


def other_variance(
    oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5, *, used, kept
):
    """Sums of n squares divided by n - `used` for `out`, by n - `kept` in `running`."""
    if mode == "test":
        return oracle(x, gamma, beta, running, mode, momentum, eps)
    n, old = x.size // x.shape[1], running["var"]
    used = n / (n - used) if n > used else np.nan
    kept = (n - 1) / (n - kept) if n > kept else np.nan
    out, (x_hat, std, _) = oracle(
        x, gamma / used**0.5, beta, running, mode, momentum, eps / used
    )
    running["var"] = kept * running["var"] + (1 - kept) * (1 - momentum) * old
    return out, (x_hat / used**0.5, std * used**0.5, gamma)


def not_updated(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5, *, keys):
    """The running statistics named by `keys` stay as they were."""
    before = dict(running)
    result = oracle(x, gamma, beta, running, mode, momentum, eps)
    running.update({key: before[key] for key in keys})
    return result


def batch_in_inference(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    used = running if mode == "train" else dict(running)
    return oracle(x, gamma, beta, used, "train", momentum, eps)


def running_in_training(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Normalises with the running statistics, updated first, in both modes."""
    oracle(x, gamma, beta, running, mode, momentum, eps)
    ones, none = np.ones_like(gamma), np.zeros_like(beta)
    out, _ = oracle(x, gamma, beta, running, "test", momentum, eps)
    x_hat, _ = oracle(x, ones, none, running, "test", momentum, eps)
    return out, (x_hat, np.sqrt(running["var"] + eps), gamma)


def std_kept(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """The running variance is fed with the root of the unbiased variance."""
    old = (1 - momentum) * running["var"]
    result = oracle(x, gamma, beta, running, mode, momentum, eps)
    if mode == "train":
        fed = np.maximum(running["var"] - old, 0) / momentum
        running["var"] = old + momentum * np.sqrt(fed)
    return result


def variance_in_cache(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    out, cache = oracle(x, gamma, beta, running, mode, momentum, eps)
    return out, (cache[0], cache[1] ** 2 - eps, gamma) if cache else None


def over_everything(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """One mean and one variance for all features of rows."""
    if mode == "test":
        return oracle(x, gamma, beta, running, mode, momentum, eps)
    whole = {"mean": np.zeros(1), "var": np.zeros(1)}
    given = x.reshape(-1, 1), np.ones(1), np.zeros(1), whole, mode
    _, (x_hat, std, _) = oracle(*given, 1.0, eps)
    whole["var"] = (std**2 - eps) * len(x) / max(len(x) - 1, 1)
    for key in running:
        running[key] = (1 - momentum) * running[key] + momentum * whole[key]
    x_hat = x_hat.reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, std[0], gamma)


def over_the_row(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    x = x - x.mean(axis=1) if mode == "train" else x
    return oracle(x, gamma, beta, running, mode, momentum, eps)


def without_eps(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """A single number a feature, which is its own mean, becomes 0 / 0."""
    out, cache = oracle(x, gamma, beta, running, mode, momentum, 0.0)
    alone = cache is not None and x.size == x.shape[1]
    return (out * np.nan if alone else out), cache
