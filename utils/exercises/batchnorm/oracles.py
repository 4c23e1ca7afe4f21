"""The right answers of lesson 06: PyTorch's own normalisations and their gradients.

Every cache begins with `x_hat`, `std` and `gamma`. All keep the dtype of `x`.
"""

import numpy as np


def tensors(x, *others) -> list:
    """Copies as PyTorch tensors, all with the dtype of `x`."""
    import torch

    parts = (np.ascontiguousarray(part, x.dtype) for part in (x, *others))
    return [torch.tensor(part) for part in parts]


def arrays(*parts) -> tuple[np.ndarray, ...]:
    return tuple(part.numpy() for part in parts)


def torch_batch_norm(x, gamma, beta, running, mode, momentum, eps):
    """Batch normalisation of `(N, D)` or `(N, C, H, W)`, of one number a feature too."""
    import torch

    alone = mode == "train" and x.size == x.shape[1]
    rows = np.concatenate([x, x]) if alone else x  # PyTorch refuses a single number
    rows, gamma_, beta_, *state = tensors(
        rows, gamma, beta, running["mean"], running["var"]
    )
    if mode == "test":
        options = False, 0.0, eps, False
        return torch.batch_norm(rows, gamma_, beta_, *state, *options).numpy(), None
    options = True, momentum, eps
    out, _, inverse = torch.native_batch_norm(rows, gamma_, beta_, *state, *options)
    x_hat, *_ = torch.native_batch_norm(rows, None, None, None, None, *options)
    running["mean"], running["var"] = arrays(*state)
    out, x_hat, std = arrays(out[: len(x)], x_hat[: len(x)], 1 / inverse)
    return out, (x_hat, std, gamma)


def torch_batch_norm_gradients(dout, cache):
    import torch

    dout, x_hat, std, gamma = tensors(dout, *cache)
    x = x_hat * std.reshape(-1, *(1,) * (x_hat.ndim - 2))
    kept = None, None, torch.zeros_like(std), 1 / std
    gradients = torch.ops.aten.native_batch_norm_backward(
        dout, x, gamma, *kept, True, 0.0, [True] * 3
    )
    return arrays(*gradients)


def batchnorm_forward_oracle(x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    return torch_batch_norm(x, gamma, beta, running, mode, momentum, eps)


def batchnorm_backward_oracle(dout, cache):
    return torch_batch_norm_gradients(dout, cache)


def spatial_forward_oracle(x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    return torch_batch_norm(x, gamma, beta, running, mode, momentum, eps)


def spatial_backward_oracle(dout, cache):
    return torch_batch_norm_gradients(dout, cache)


def layernorm_forward_oracle(x, gamma, beta, eps=1e-5):
    import torch

    x_, gamma_, beta_ = tensors(x, gamma, beta)
    shape = x.shape[1:]
    out, _, inverse = torch.native_layer_norm(x_, shape, gamma_, beta_, eps)
    x_hat, *_ = torch.native_layer_norm(x_, shape, None, None, eps)
    return out.numpy(), (*arrays(x_hat, 1 / inverse), gamma)


def layernorm_backward_oracle(dout, cache):
    import torch

    dout, x_hat, std, gamma = tensors(dout, *cache)
    mean, beta, wanted = torch.zeros_like(std), torch.zeros_like(gamma), [True] * 3
    gradients = torch.ops.aten.native_layer_norm_backward(
        dout, x_hat * std, gamma.shape, mean, 1 / std, gamma, beta, wanted
    )
    return arrays(*gradients)


def groupnorm_forward_oracle(x, gamma, beta, groups, eps=1e-5):
    import torch

    x_, gamma_, beta_ = tensors(x, gamma, beta)
    options = *x.shape[:2], x[0, 0].size, groups, eps
    out, _, inverse = torch.native_group_norm(x_, gamma_, beta_, *options)
    x_hat, *_ = torch.native_group_norm(x_, None, None, *options)
    return out.numpy(), (*arrays(x_hat, 1 / inverse), gamma, groups)


def groupnorm_backward_oracle(dout, cache):
    import torch

    *given, groups = cache
    dout, x_hat, std, gamma = tensors(dout, *given)
    N, C = x_hat.shape[:2]
    size = std.repeat_interleave(C // groups, dim=1).reshape(N, C, 1, 1)
    options = N, C, x_hat[0, 0].numel(), groups, [True] * 3
    gradients = torch.ops.aten.native_group_norm_backward(
        dout, x_hat * size, torch.zeros_like(std), 1 / std, gamma, *options
    )
    return arrays(*gradients)


def fold_oracle(w, b, gamma, beta, running, eps=1e-5):
    from torch.nn.utils import fusion

    given = b, gamma, beta, running["mean"], running["var"]
    w_, b_, gamma_, beta_, mean, var = tensors(w, *given)
    if w.ndim == 4:
        fused = fusion.fuse_conv_bn_weights(w_, b_, mean, var, eps, gamma_, beta_)
        return arrays(*(part.detach() for part in fused))
    fused = fusion.fuse_linear_bn_weights(w_.T, b_, mean, var, eps, gamma_, beta_)
    w_, b_ = arrays(*(part.detach() for part in fused))
    return np.ascontiguousarray(w_.T), b_
