"""Which device a notebook computes on: it picks one by itself and says so."""

import torch


def best_device() -> torch.device:
    """The fastest device that is here: `cuda`, else `mps`, else `cpu`; prints which."""
    if torch.cuda.is_available():
        device, what = "cuda", f"the GPU ({torch.cuda.get_device_name()})"
    elif torch.backends.mps.is_available():
        device, what = "mps", "the GPU of this Mac"
    else:
        threads = torch.get_num_threads()
        many = "1 thread" if threads == 1 else f"{threads} threads"
        device, what = "cpu", f"the CPU ({many}); PyTorch finds no GPU"
    print(f"Device: {device}, {what}.")
    return torch.device(device)
