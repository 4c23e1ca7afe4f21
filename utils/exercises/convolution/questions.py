"""The questions at the end of lesson 05."""

from utils.checks.questions import choice_question, numeric_question, written_question

QUESTIONS = (
    numeric_question(
        "05.answer_outputs",
        answer=16 * 47 * 31,
        points=1,
        minutes=4,
        wrong={
            47 * 31: "That is one feature map. How many filters are there?",
            3
            * 16
            * 47
            * 31: "A filter adds up all three channels. How many maps does it make?",
            16
            * 47
            * 47: "Your output is square, the image is not. Which size do 64 pixels give?",
            16
            * 46
            * 30: "You count the steps. From how many places do 46 steps start and end?",
            16
            * 46
            * 31: "The height is one too small. How is 93 / 2 rounded, and what is added?",
            16 * 48 * 32: "You rounded up. Where would the last filter end?",
        },
        worked="Take 10 pixels, a filter of 5, stride 2 and padding 1: (10 - 5 + 2) / 2 = 3.5, rounded "
        "down 3, and one more place than steps: 4. Do so for each side, then count the maps.",
    ),
    numeric_question(
        "05.answer_unseen",
        answer=10 * 10 - 8 * 8,
        points=1,
        minutes=4,
        wrong={
            4: "Those are the pixels in the corner that both rests share, or the number of places. Which "
            "whole rows and columns are not reached?",
            64: "That many pixels are looked at. How many are left?",
            40: "The corner of the two rests is counted twice. How many pixels are looked at?",
            0: "How many places has the filter, and where does the last one end?",
        },
        worked="Along 10 pixels a filter of 4 with stride 4 stands at 0 and at 4, and covers 0 to 7. Which "
        "pixels does it never touch? The same is true of the other side.",
    ),
    choice_question(
        "05.answer_larger",
        digest="7d59135ddc36052a",
        points=1,
        minutes=3,
        wrong={
            "a": "The pooled maps are then 32 x 32 instead of 16 x 16. What shape must the weights of the "
            "first dense layer have?",
            "b": "Does the number of weights of a filter depend on the size of the image?",
            "d": "Does the number of weights of a filter depend on the size of the image?",
        },
    ),
    choice_question(
        "05.answer_turn",
        digest="dc3cec50f488c58f",
        points=1,
        minutes=3,
        wrong={
            "a": "These filters were learned without the turn and are now used with it. What does a detector of "
            "dark-to-bright edges find after the turn?",
            "c": "That would turn the feature maps too. What can be turned once and for all?",
            "d": "What happens to a filter that is turned twice?",
        },
    ),
    written_question("05.written_dense", points=3, minutes=10),
)
