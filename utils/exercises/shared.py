"""What the exercises of several lessons share: two rules."""

from utils.checks.rules import without

NUMPY_ONLY = without("scipy", "sklearn", "torch", "utils.exercises")
NO_TEST_SET = without(
    "X_test",
    "y_test",
    because="a variable of the notebook, and the test set is no argument of this function",
    hint="Hyperparameters are being chosen with the help of the test images. Then the "
    "accuracy on them is no longer an honest estimate: they took part in the choice. Which "
    "images are there to choose with?",
)
