"""Principal components, and what goes wrong with them."""

import numpy as np

from utils.checks.compare import close, unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.training.shared import PLAIN_RULES

ROUNDED = close()
CROSS = np.array([[3.0, 3.0], [-1.0, -1.0], [0.0, 2.0], [2.0, 0.0]])


def pca_oracle(X, n_components):
    from sklearn.decomposition import PCA

    model = PCA(n_components, svd_solver="full").fit(X)
    variances = model.explained_variance_ * (len(X) - 1) / len(X)
    return model.mean_, model.components_, variances


def slanted(rng: np.random.Generator, n: int, d: int, spreads=None):
    """Points `(n, d)` whose variances along slanted axes are well apart."""
    scales = spreads or 1.6 ** np.arange(d)
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    values = np.linalg.svd(rng.normal(size=(n, d)), full_matrices=False)[0]
    values = np.sqrt(n) * values * rng.uniform(0.95, 1.05, size=d) * scales
    return rng.uniform(-2, 2, size=d) + values @ axes


def upright(components, n_components: int):
    """Components with their sign settled: a row or its opposite is the same axis.

    Where they stand in columns, the columns' signs are settled: the same mistake must
    look the same.
    """
    rows = np.asarray(components)
    if rows.ndim != 2 or rows.dtype.kind != "f":
        return components
    if rows.shape[0] != n_components == rows.shape[1]:
        return upright(rows.T, n_components).T
    signs = np.sign(rows @ np.sqrt(2.0 + np.arange(rows.shape[1])))
    return rows * signs[:, None]


def pca_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, X, n_components, working="", agree=ROUNDED):
        def play(subject):
            parts = unpack(subject(X, n_components), "mean", "components", "variances")
            axes = upright(parts[1], n_components)
            return {"mean": parts[0], "components": axes, "variances": parts[2]}

        return Case(name, play, agree, working=working, args=(X, n_components))

    square = close(by_value=False)  # columns cannot be told from rows
    return [
        case(
            "four points by hand",
            CROSS,
            1,
            working="mean (1, 1); along (1, 1) / 1.414 the centred points lie at 2.83, "
            "-2.83, 0, 0: variance (8 + 8) / 4 = 4, more than along any other axis",
        ),
        case("15 points, 2 of 5 components", slanted(rng, 15, 5), 2),
        case("9 points, 1 of 3 components", slanted(rng, 9, 3), 1),
        case("14 points, 3 of 4 components", slanted(rng, 14, 4), 3),
        case("12 points, all 4 components", slanted(rng, 12, 4), 4, agree=square),
    ]


def uncentred(X):
    """Points whose mean is zero, and whose variances are the mean squares of X."""
    return np.vstack([X, -X])


def pca_bent(change):
    """A version with `change(mean, components, variances, X)`."""
    return lambda X, n_components: change(*pca_oracle(X, n_components), X)


PCA = Exercise(
    id="04.pca",
    points=3,
    minutes=20,
    oracle=pca_oracle,
    returns=("mean", "components", "variances"),
    cases=pca_cases,
    rules=PLAIN_RULES,
    worked="The points (3, 3), (-1, -1), (0, 2), (2, 0) have the mean (1, 1). Centred: (2, "
    "2), (-2, -2), (-1, 1), (1, -1). The covariance matrix is ((2.5, 1.5), (1.5, 2.5)): "
    "(4 + 4 + 1 + 1) / 4 = 2.5 and (4 + 4 - 1 - 1) / 4 = 1.5. Times (1, 1) it gives (4, "
    "4): variance 4. Times (1, -1) it gives (1, -1): variance 1.",
    misconceptions=(
        Misconception(
            "not centred",
            lambda X, n_components: (
                X.mean(axis=0),
                *pca_oracle(uncentred(X), n_components)[1:],
            ),
            "Your first axis points from the origin to the middle of the cloud, not "
            "along its longest side. What has to be taken away before the covariance?",
        ),
        Misconception(
            "the smallest variance first",
            lambda X, n_components: (
                X.mean(axis=0),
                pca_oracle(X, X.shape[1])[1][::-1][:n_components],
                pca_oracle(X, X.shape[1])[2][::-1][:n_components],
            ),
            "You keep the axes along which the data varies least. `eigh` sorts upwards: "
            "at which end are the large ones?",
        ),
        Misconception(
            "axes in columns",
            pca_bent(
                lambda mean, components, variances, X: (mean, components.T, variances)
            ),
            "Your axes stand in columns (`eigh` returns them so). Does the docstring ask "
            "for a row or a column for each?",
        ),
        Misconception(
            "deviations instead of variances",
            pca_bent(
                lambda mean, components, variances, X: (
                    mean,
                    components,
                    np.sqrt(variances),
                )
            ),
            "Your variances are the roots of the right ones. Which of deviation and "
            "variance is asked for?",
        ),
        Misconception(
            "singular values for variances",
            pca_bent(
                lambda mean, components, variances, X: (
                    mean,
                    components,
                    np.sqrt(variances * len(X)),
                )
            ),
            "You return singular values. The square of one is a sum over all images: "
            "what makes a variance of it?",
        ),
        Misconception(
            "sums of squares for variances",
            pca_bent(
                lambda mean, components, variances, X: (
                    mean,
                    components,
                    variances * len(X),
                )
            ),
            "Your variances grow with the number of images. Is a variance a sum or a "
            "mean?",
        ),
        Misconception(
            "divided by N - 1",
            pca_bent(
                lambda mean, components, variances, X: (
                    mean,
                    components,
                    variances * len(X) / (len(X) - 1),
                )
            ),
            "Your variances are a little too large: you divide by N - 1 (as `np.cov` "
            "does unless told otherwise). What does the docstring divide by?",
        ),
        Misconception(
            "axes that are not of length 1",
            pca_bent(
                lambda mean, components, variances, X: (
                    mean,
                    components * np.sqrt(variances)[:, None],
                    variances,
                )
            ),
            "Your axes have the length of the deviation along them. Which length does "
            "the docstring ask for?",
        ),
        Misconception(
            "all the axes",
            lambda X, n_components: pca_oracle(X, X.shape[1]),
            "You return an axis for each feature. How many were asked for?",
        ),
    ),
)
