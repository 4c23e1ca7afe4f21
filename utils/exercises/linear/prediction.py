"""Prediction, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import loops
from utils.exercises.linear.shared import KEEPS, TINY_W, TINY_X
from utils.exercises.shared import NUMPY_ONLY


def class_oracle(W, X):
    from sklearn.linear_model import SGDClassifier

    model = SGDClassifier()
    model.classes_, model.n_features_in_ = np.arange(W.shape[1]), len(W)
    model.coef_, model.intercept_ = W.T, np.zeros(W.shape[1], W.dtype)
    return model.predict(X)


def predict_cases(rng: np.random.Generator) -> list[Case]:
    W, X = rng.normal(size=(5, 4)), rng.normal(size=(30, 5))
    tied = rng.integers(-2, 3, size=(3, 4)).astype(float)
    tied[:, 3] = tied[:, 1] = abs(tied).max(axis=1) + 1
    return [
        call(
            "three tiny pictures by hand",
            TINY_W,
            TINY_X,
            working="scores 3.2, 5.1, -1.7: the largest is 5.1, so class 1",
        ),
        call("30 images, 5 values, 4 classes", W, X),
        call("17 images, 6 classes", rng.normal(size=(3, 6)), rng.normal(size=(17, 3))),
        call("classes 1 and 3 always tie", tied, rng.uniform(0.1, 1, size=(7, 3))),
    ]


def predict_one_by_one(W, X):
    return np.array([class_oracle(W, x[None])[0] for x in X])


LOOP_HINT = (
    "A Python loop is left. One matrix product gives the scores of all images. Along which "
    "axis of that table lie the classes?"
)
NO_LOOP = loops(0, hint=LOOP_HINT)
PREDICT = Exercise(
    id="02.predict",
    points=1,
    minutes=5,
    oracle=class_oracle,
    cases=predict_cases,
    rules=(KEEPS, NUMPY_ONLY, NO_LOOP),
    worked=(
        "The scores of the three tiny pictures are (3.2, 5.1, -1.7), (1.3, 4.9, 2.0) and (2.2, 2.5, -3.1). "
        "In each row the largest stands at place 1, so all three are called class 1."
    ),
    misconceptions=(
        Misconception(
            "the lowest score",
            lambda W, X: class_oracle(-W, X),
            "You choose the class with the lowest score. What does a high score mean?",
        ),
        Misconception(
            "over the images",
            lambda W, X: (X @ W).argmax(axis=0),
            "You give, for each class, the image that scores highest. What is asked for is a "
            "class for each image: along which axis of the scores do the classes lie?",
        ),
        Misconception(
            "one answer for the whole table",
            lambda W, X: int((X @ W).argmax()),
            "You return one number, the place of the largest score of all. How many images are "
            "there, and what picks one place in each row?",
        ),
        Misconception(
            "scores instead of classes",
            lambda W, X: X @ W,
            "You return the scores. Which class do they speak for?",
        ),
        Misconception(
            "largest score instead of its class",
            lambda W, X: (X @ W).max(axis=1),
            "You return how high the best class scores. Which class is it?",
        ),
        Misconception(
            "size of the score",
            lambda W, X: abs(X @ W).argmax(axis=1),
            "A strongly negative score wins with you. Does it speak for its class, or against "
            "it?",
        ),
        Misconception(
            "ties go to the largest class",
            lambda W, X: W.shape[1] - 1 - class_oracle(W[:, ::-1], X),
            "Only ties are wrong: you give them to the last class. Which one is asked for?",
        ),
        Misconception(
            "a loop is left", predict_one_by_one, LOOP_HINT, breaks=NO_LOOP.name
        ),
    ),
)
