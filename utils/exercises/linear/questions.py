"""The questions at the end of lesson 02."""

from utils.checks.questions import choice_question, numeric_question, written_question

QUESTIONS = (
    numeric_question(
        "02.answer_weights",
        answer=30_730,
        points=1,
        minutes=3,
        rtol=1e-6,
        wrong={
            30_720: "These are the weights without a bias. How long is a row of X after the "
            "constant 1 has been put at its end?",
            3_073: "That is for one class. How many templates are there?",
            3_072: "That is the number of values of one image. How many weights does each class "
            "have, and how many classes are there?",
        },
    ),
    numeric_question(
        "02.answer_first_loss",
        answer=2.302585,
        points=1,
        minutes=4,
        rtol=0.01,
        wrong={
            0.1: "That is the probability of each class. The loss is made of it by one more "
            "step: which?",
            1: "That is the logarithm to base 10. Which logarithm does the loss use?",
            9: "That is what the hinge loss gives. What does softmax make of ten equal scores?",
            -2.302585: "A loss is not negative here. What stands before the logarithm?",
            0.693147: "That is the loss of a probability of 1/2. How many classes share the "
            "probability?",
        },
    ),
    choice_question(
        "02.answer_doubled",
        digest="d1f5fe1c1c0d9baf",
        points=1,
        minutes=3,
        wrong={
            "a": "The hinge loss of an image whose margins are kept is 0. Can it fall?",
            "c": "All differences between the scores double too. What becomes of the "
            "probability of the true class?",
            "d": "The probability of the true class was below 1. Does it grow when its lead "
            "doubles?",
        },
    ),
    choice_question(
        "02.answer_l1",
        digest="dbe124e932bcc08d",
        points=1,
        minutes=3,
        wrong={
            "a": "That is what L2 would say. How large is the sum of the sizes for each?",
            "b": "Add up the sizes of the weights of each. Is one sum smaller?",
            "c": "The scores are the same, but the penalty does not look at scores. Does L2 give "
            "both the same penalty?",
        },
    ),
    choice_question(
        "02.answer_curve",
        digest="20187f3fc309028a",
        points=1,
        minutes=3,
        wrong={
            "a": "A small learning rate makes small steps. Can the loss then jump up again and "
            "again?",
            "c": "Too strong a penalty makes the weights small and the loss settle. Does it make "
            "the loss grow without end?",
            "d": "Small batches make the curve rough, but it still falls on the whole. Does this "
            "one?",
        },
    ),
    written_question("02.written_templates", points=3, minutes=10),
)
