"""The questions at the end of lesson 11."""

from utils.checks.questions import (
    choice_question,
    numeric_question,
    written_question,
)

QUESTIONS = (
    numeric_question(
        "11.answer_head",
        answer=1280 * 5 + 5,
        points=1,
        minutes=3,
        rtol=1e-9,
        wrong={
            1280 * 5: "Each class has a weight for every feature. What else has it?",
            1280 * 5 + 1280: "There is one bias for each score, not for each feature. "
            "How many scores are there?",
            1281 * 1000: "That is the old head. How many classes has the new one?",
        },
    ),
    numeric_question(
        "11.answer_recall",
        answer=36 / 45,
        points=1,
        minutes=4,
        wrong={
            36
            / 48: "You divided by all that were taken for roses. How many roses were "
            "there?",
            36 / 150: "You divided by all photographs. Which of them are roses?",
            123
            / 150: "That is the accuracy over all classes. Which row is the roses'?",
            80: "That is in percent. What is it as a fraction?",
        },
    ),
    choice_question(
        "11.answer_case",
        digest="da13e6e53dbfc3a7",
        points=1,
        minutes=3,
        wrong={
            "a": "Two hundred pictures cannot fill millions of weights. What is known "
            "about networks that learn few pictures by heart?",
            "b": "The last features answer questions about everyday objects. How much of "
            "that is of use for pictures of cells?",
            "d": "So many free weights and so few pictures: what happens to the training "
            "and to the validation accuracy?",
        },
    ),
    choice_question(
        "11.answer_norm",
        digest="a19b37c7fe11049b",
        points=1,
        minutes=3,
        wrong={
            "a": "`requires_grad` concerns what the optimiser changes. Who changes the "
            "running statistics?",
            "c": "Scale and shift are parameters, and they are frozen. What is not a "
            "parameter?",
            "d": "No gradient is needed to update a running mean. What is needed?",
        },
    ),
    written_question("11.written_plan", points=3, minutes=10),
)
