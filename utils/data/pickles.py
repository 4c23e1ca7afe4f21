"""Reads pickles of byte arrays without running what else a pickle can run."""

import pickle

import numpy as np

_rebuild_array = np.zeros(0).__reduce__()[0]


_ARRAY = object()  # what a pickle gets for `numpy.ndarray`, so that it cannot call it


def _empty_array(kind, shape, code):
    """Stand in for NumPy's helper; an honest pickle starts from an empty array."""
    if kind is not _ARRAY or shape != (0,):
        raise pickle.UnpicklingError(f"an array of {kind!r} with shape {shape!r}")
    return _rebuild_array(np.ndarray, (0,), b"b")


def _byte_dtype(code, *_):
    if code not in ("u1", b"u1"):
        raise pickle.UnpicklingError(f"an array of {code!r} instead of bytes")
    return np.dtype(np.uint8)


def _encode(text, encoding):
    """How Python 3 writes `bytes` in the pickles of Python 2."""
    if encoding not in ("latin1", b"latin1"):
        raise pickle.UnpicklingError(f"text in {encoding!r} instead of latin1")
    return text.encode("latin1")


_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy._core.multiarray", "_reconstruct"): _empty_array,
    ("numpy", "ndarray"): _ARRAY,
    ("numpy", "dtype"): _byte_dtype,
    ("_codecs", "encode"): _encode,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def load_pickle(file):
    """Read a pickle of dictionaries, lists, numbers, text and `uint8` arrays.

    Text of Python 2 comes as `bytes`. Raises `pickle.UnpicklingError` where the pickle
    asks for anything else, or is damaged.
    """
    try:
        return _Unpickler(file, encoding="bytes").load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise pickle.UnpicklingError(str(error)) from error
