"""What looks at a network after an answer of lesson 10 has used it."""

from torch import nn

HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")


def traces(net: nn.Module) -> dict[str, int]:
    """How many hooks and gradients a call has left behind in a network."""
    parameters = list(net.parameters())
    return {
        "hooks left in the net": sum(
            len(getattr(module, kind)) for module in net.modules() for kind in HOOKS
        ),
        "parameters with a gradient": sum(p.grad is not None for p in parameters),
        "parameters switched off": sum(not p.requires_grad for p in parameters),
    }
