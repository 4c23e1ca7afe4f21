"""What the exercises of lesson 04 share."""

import numpy as np

from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NUMPY_ONLY

PLAIN_RULES = (keeps_inputs(), NUMPY_ONLY)


def both_signs(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Signs in random order, as many of one sort as of the other."""
    signs = np.resize([-1.0, 1.0], shape)
    return rng.permutation(signs.ravel()).reshape(shape)


def with_slope(function, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The value of a PyTorch function, and its derivative in each argument.

    Each element counts alone: the derivatives are those of the sum of all values.
    """
    import torch

    tensors = [torch.from_numpy(array).requires_grad_() for array in arrays]
    value = function(*tensors)
    value.sum().backward()
    return value.detach().numpy(), *(tensor.grad.numpy() for tensor in tensors)


def pulled_back(function, dout: np.ndarray, *arrays: np.ndarray) -> tuple:
    """The gradient in each argument of a PyTorch function, given the output's."""
    import torch

    tensors = [torch.from_numpy(array).requires_grad_() for array in arrays]
    function(*tensors).backward(torch.from_numpy(dout))
    return tuple(tensor.grad.numpy() for tensor in tensors)
