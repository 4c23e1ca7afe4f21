"""Two questions on the second half of lesson 09."""

from utils.checks.questions import numeric_question

QUESTIONS_TWO = (
    numeric_question(
        "09.answer_separable",
        answer=128 * 9 + 128 * 256,
        points=1,
        minutes=4,
        wrong={
            128 * 9 * 256: "That is a plain convolution. How many channels does a "
            "depthwise filter see?",
            128 * 9: "That is the depthwise half. What mixes the channels afterwards?",
            128 * 256: "That is the pointwise half. What looks at the neighbours?",
            256 * 9
            + 128 * 256: "You count a 3x3 filter for each output channel. Which "
            "half comes first, and how many channels are there then?",
        },
    ),
    numeric_question(
        "09.answer_transposed",
        answer=28,
        points=1,
        minutes=4,
        wrong={
            7: "That is a convolution forward: the map would shrink. Which way round do "
            "you use the formula?",
            34: "Padding cuts something off the output here. How much on each side?",
            40: "Padding makes the output of a transposed convolution smaller. What "
            "becomes of the outer rows?",
            31: "You cut off three rows in all. On how many sides does padding act?",
            26: "That is how far apart the first and the last stamp begin. How large is "
            "the last one, and what is cut off?",
        },
    ),
)
