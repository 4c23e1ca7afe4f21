"""What stands in for exercises of lesson 01."""

import numpy as np


def nearest_mean(
    X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray, k: int
) -> np.ndarray:
    """Labels `(N,)` of the rows of `X (N, D)`: the class whose mean is nearest.

    The features are cut into `k` steps first, so that the result depends on `k`.
    `X_train (M, D)`, `y_train (M,)`.
    """
    classes = np.unique(y_train)
    coarse_train, coarse = np.floor(X_train * k), np.floor(X * k)
    means = np.stack([coarse_train[y_train == c].mean(axis=0) for c in classes])
    return classes[np.abs(coarse[:, None] - means).sum(axis=2).argmin(axis=1)]


def read_accuracies(
    X: np.ndarray, y: np.ndarray, ks: list[int], n_folds: int
) -> np.ndarray:
    """Accuracies `(len(ks), n_folds)`, read off the top left corner of `X`.

    Stands in for a cross-validation whose outcome the check decides.
    """
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows and y has {len(y)}; expected the same")
    return X[: len(ks), :n_folds].copy()
