"""The questions at the end of lesson 12."""

from utils.checks.questions import (
    choice_question,
    numeric_question,
    written_question,
)

QUESTIONS = (
    numeric_question(
        "12.answer_gram_size",
        answer=128 * 128,
        points=1,
        minutes=3,
        wrong={
            128 * 63 * 63: "That is how many numbers the feature map has. Which axes "
            "does the Gram matrix keep?",
            63**4: "You compare places with places. What does a Gram matrix compare?",
            128: "That is the number of channels. How many pairs of them are there?",
        },
    ),
    numeric_question(
        "12.answer_tv",
        answer=0.5,
        points=1,
        minutes=4,
        wrong={
            2: "Four steps of 0.25 in each of two rows are 2 before they are squared. "
            "What is 0.25 squared?",
            0.75: "You count three rows. Has the last row a neighbour below?",
            0.25: "That is one row. In how many rows do both neighbours exist?",
        },
    ),
    choice_question(
        "12.answer_shuffle",
        digest="1c5e22abb4351a53",
        points=1,
        minutes=3,
        wrong={
            "a": "Each entry is a sum over the places. Does a sum depend on the order?",
            "c": "The matrix is symmetric anyway. What does the order of the places do "
            "to a sum over them?",
            "d": "All channels are shuffled alike, so that each place keeps its "
            "numbers. Which sums change then?",
        },
    ),
    choice_question(
        "12.answer_speed",
        digest="7339a77fea75735e",
        points=1,
        minutes=3,
        wrong={
            "a": "The network never sees the painting when it is used. When did it?",
            "b": "Its loss is computed by the same frozen network. When is that needed: "
            "while it learns, or while it is used?",
            "c": "It was trained on photographs of all kinds, and for how many paintings?",
        },
    ),
    written_question("12.written_moving", points=3, minutes=10),
)
