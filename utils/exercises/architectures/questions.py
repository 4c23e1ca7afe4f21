"""The questions at the end of lesson 09."""

from utils.checks.questions import (
    choice_question,
    numeric_question,
    written_question,
)

QUESTIONS = (
    numeric_question(
        "09.answer_first_linear",
        answer=6 * 6 * 256 * 4096,
        points=1,
        minutes=3,
        wrong={
            5
            * 5
            * 256
            * 4096: "That is for a map of 5 x 5, which comes from images of "
            "224 pixels without padding. How large is the last map here?",
            6 * 6 * 256: "That many numbers go in. How many units does each of them "
            "reach?",
            7 * 7 * 512 * 4096: "That is VGG-16's. How large is AlexNet's last map?",
        },
    ),
    numeric_question(
        "09.answer_row_column",
        answer=14 / 49,
        points=1,
        minutes=3,
        wrong={
            7 / 49: "That is the row alone. What comes after it?",
            49
            / 14: "That is how many times more the full filter has. Which of the two "
            "is the whole?",
            14: "That many weights there are for a pair of channels. What share of 49 is "
            "that?",
        },
    ),
    choice_question(
        "09.answer_degradation",
        digest="233f503b9cbd6daa",
        points=1,
        minutes=3,
        wrong={
            "a": "A net that overfits has a low training error. Which error is higher "
            "here?",
            "c": "The added layers could pass their input on, and then both would "
            "compute the same. What is it that does not find this?",
            "d": "Batch norm keeps gradients and activations at a healthy size; the paper "
            "looked. What else is hard?",
        },
    ),
)

WRITTEN = written_question("09.written_choice", points=3, minutes=10)
