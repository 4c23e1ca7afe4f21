"""Fitting a polynomial by least squares, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs, without
from utils.exercises.shared import NUMPY_ONLY

NO_POLYFIT = without("polyfit", "polynomial", "poly1d")


def polynomial_oracle(x, y, degree):
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import mean_squared_error
    from sklearn.preprocessing import PolynomialFeatures

    powers = PolynomialFeatures(degree).fit_transform(x[:, None])
    model = LinearRegression(fit_intercept=False, tol=1e-12).fit(powers, y)
    return model.coef_, mean_squared_error(y, model.predict(powers))


BY_HAND = call(
    "a line through three points by hand",
    np.array([1.0, 2.0, 3.0]),
    np.array([0.0, 0.0, 3.0]),
    1,
    working="at the mean x, 2, the line has the mean height (0 + 0 + 3) / 3 = 1; "
    "its slope is (-1 * 0 + 0 * 0 + 1 * 3) / 2 = 1.5, so it is -2 + 1.5 x; it is "
    "at -0.5, 1, 2.5, the errors are 0.5, 1, -0.5, their mean square "
    "(0.25 + 1 + 0.25) / 3 = 0.5",
)


def polynomial_cases(rng: np.random.Generator) -> list[Case]:
    """All x are positive: who exchanges base and exponent would take negative powers
    of 0, and least squares with an infinite number never ends, in code that no time
    limit of Python stops."""

    def case(name, n, degree):
        x = rng.permutation(np.linspace(0.1, 2.1, n)) + rng.uniform(0, 0.04, size=n)
        return call(name, x, np.sin(3 * x) + rng.normal(0, 0.3, size=n), degree)

    return [
        BY_HAND,
        case("a constant", 7, 0),
        case("a line through 12 points", 12, 1),
        case("degree 3, 10 points", 10, 3),
        case("degree 5, 15 points", 15, 5),
        case("degree 4 through 5 points: no error left", 5, 4),
    ]


def scored(score):
    """A version whose loss is `score(y, prediction)`."""

    def version(x, y, degree):
        coefficients, _ = polynomial_oracle(x, y, degree)
        powers = x[:, None] ** np.arange(degree + 1)
        return coefficients, float(score(y, powers @ coefficients))

    return version


FIT_POLYNOMIAL = Exercise(
    id="04.fit_polynomial",
    points=3,
    minutes=15,
    oracle=polynomial_oracle,
    returns=("coefficients", "loss"),
    cases=polynomial_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, NO_POLYFIT),
    worked="Three points, x = 1, 2, 3 with y = 0, 0, 3, and a line. Its table of powers has "
    "the rows (1, 1), (1, 2), (1, 3). The best line is -2 + 1.5 x: it gives -0.5, 1, 2.5. "
    "The errors are 0.5, 1, -0.5, their squares 0.25, 1, 0.25, the mean of the squares "
    "0.5.",
    misconceptions=(
        Misconception(
            "the highest power first",
            lambda x, y, degree: (
                polynomial_oracle(x, y, degree)[0][::-1],
                polynomial_oracle(x, y, degree)[1],
            ),
            "Your coefficients come in the opposite order (as `np.vander` has it). Which "
            "power does the docstring put first?",
        ),
        Misconception(
            "one power too few",
            lambda x, y, degree: polynomial_oracle(x, y, max(degree - 1, 0)),
            "The highest power is missing. How many numbers are there from 0 to `degree`, "
            "both included?",
        ),
        Misconception(
            "one power too many",
            lambda x, y, degree: polynomial_oracle(x, y, degree + 1),
            "You fit a polynomial of one degree more. How many coefficients has a line?",
        ),
        Misconception(
            "no constant",
            lambda x, y, degree: polynomial_oracle(
                np.concatenate([x, -x]), np.concatenate([y, -y]), degree
            ),
            "Your polynomial has odd powers only, as if the curve had to go through the "
            "origin. Which power of x is always 1?",
        ),
        Misconception(
            "the square is missing",
            scored(lambda y, prediction: (prediction - y).mean()),
            "Your loss averages the errors themselves, so that positive and negative ones "
            "cancel. In *least squares*, what is done with each of them first?",
        ),
        Misconception(
            "sizes for squares",
            scored(lambda y, prediction: abs(prediction - y).mean()),
            "Your loss averages the sizes of the errors. What do least squares average?",
        ),
        Misconception(
            "summed errors",
            scored(lambda y, prediction: ((prediction - y) ** 2).sum()),
            "Your loss grows with the number of points. Is it their sum or their mean?",
        ),
        Misconception(
            "half the loss",
            lambda x, y, degree: (
                polynomial_oracle(x, y, degree)[0],
                polynomial_oracle(x, y, degree)[1] / 2,
            ),
            "Your loss is half of the right one. Some texts put a 1/2 in front, so that "
            "the gradient has no 2: does this docstring?",
        ),
        Misconception(
            "the root of the loss",
            lambda x, y, degree: (
                polynomial_oracle(x, y, degree)[0],
                polynomial_oracle(x, y, degree)[1] ** 0.5,
            ),
            "You return the root of the mean square. Is a root asked for?",
        ),
        Misconception(
            "x and y exchanged",
            lambda x, y, degree: polynomial_oracle(y, x, degree),
            "You fit x as a function of y. Of which of the two are powers taken?",
        ),
    ),
)
