# %% [markdown]
r"""
# 90 A small PyTorch lesson

It is no lesson of the course: tests and benchmarks grade it.
"""

# %%
import torch
from torch import nn

from utils import check


# %% nbgrader={"solution": true, "grade_id": "flatten"}
def flatten(x):
    """The images `x (N, C, H, W)` as rows `(N, C * H * W)`."""
    ### BEGIN SOLUTION
    return x.reshape(x.shape[0], -1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_flatten"}
check("90.flatten", flatten)


# %% nbgrader={"solution": true, "grade_id": "small_convnet"}
def small_convnet(x, w, b, w2, b2):
    """Convolution with padding 1, ReLU, max-pooling by 2, and a linear layer.

    `x (N, C, H, W)`, `w (F, C, 3, 3)`, `b (F,)`, `w2 (K, F * H/2 * W/2)`, `b2 (K,)`;
    returns scores `(N, K)`.
    """
    ### BEGIN SOLUTION
    hidden = torch.relu(nn.functional.conv2d(x, w, b, padding=1))
    pooled = nn.functional.max_pool2d(hidden, 2)
    return nn.functional.linear(pooled.flatten(1), w2, b2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_small_convnet"}
check("90.small_convnet", small_convnet)


# %% nbgrader={"solution": true, "grade_id": "sgd_step"}
def sgd_step(W, X, y, learning_rate):
    """The weights `W (D, K)` after one step down the mean cross-entropy of `X @ W`."""
    ### BEGIN SOLUTION
    W = W.detach().clone().requires_grad_()
    nn.functional.cross_entropy(X @ W, y).backward()
    return W.detach() - learning_rate * W.grad
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sgd_step"}
check("90.sgd_step", sgd_step)
