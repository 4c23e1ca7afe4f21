"""The questions at the end of lesson 04."""

from utils.checks.questions import (
    choice_question,
    numeric_question,
    written_question,
)

QUESTIONS = (
    numeric_question(
        "04.answer_first_loss",
        answer=4.605170186,
        points=1,
        minutes=3,
        wrong={
            0.01: "That is the probability that each class gets. What does the loss take "
            "of it?",
            2.302585093: "That is the loss for ten classes. How many are there here?",
            -4.605170186: "The logarithm of a probability is negative. Which sign does "
            "the loss give it?",
            2.0: "That is the logarithm to base 10. Which one does cross-entropy use?",
            6.643856190: "That is the logarithm to base 2. Which one does cross-entropy "
            "use?",
        },
    ),
    numeric_question(
        "04.answer_uniform_bound",
        answer=0.1,
        points=1,
        minutes=5,
        rtol=5e-3,
        wrong={
            0.01: "That is the square of the bound. What is left to do?",
            0.05773502692: "That is the standard deviation. The variance of U[-a, a] is a^2 "
            "/ 3: how large is a, then?",
            0.1732050808: "That is He's bound, which looks at fan_in only. Which two numbers "
            "does Glorot's look at?",
            0.003333333333: "That is the variance. Which bound has a uniform distribution "
            "of that variance?",
        },
    ),
    choice_question(
        "04.answer_curve",
        digest="5df03a192f2ea0b6",
        points=1,
        minutes=3,
        wrong={
            "a": "A net that is too small would do badly on the training images too. How "
            "does it do on them?",
            "c": "With too large a rate the training loss would jump about or grow. What "
            "does it do here?",
            "d": "With all weights zero, would the training loss fall at all?",
        },
    ),
    choice_question(
        "04.answer_dead",
        digest="65c95c95e1abea9f",
        points=1,
        minutes=3,
        wrong={
            "a": "To change, the weights need a gradient. What is the slope of relu on the "
            "negative side?",
            "b": "That is what leaky_relu would do. Which slope has relu there?",
            "d": "Nothing is divided by zero here. Which number reaches the weights?",
        },
    ),
    written_question("04.written_first_hour", points=3, minutes=10),
)
