"""What the exercises of lesson 03 share."""

from utils.checks.rules import loops

VECTORISED = loops(
    0,
    hint="A Python loop is left. A layer treats all rows of a batch in the same way: "
    "which operation of NumPy does so for the whole array at once?",
)


def tensors(*arrays):
    """PyTorch leaves of the same values, shapes and dtypes, which collect gradients."""
    import torch

    return [torch.tensor(array, requires_grad=True) for array in arrays]
