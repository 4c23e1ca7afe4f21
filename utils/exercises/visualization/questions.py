"""The questions at the end of lesson 10."""

from utils.checks.questions import (
    choice_question,
    numeric_question,
    written_question,
)

QUESTIONS = (
    numeric_question(
        "10.answer_places",
        answer=12 * 12,
        points=1,
        minutes=4,
        worked="In one direction the patch begins at pixel 0, 8, 16, and so on, as long as it "
        "ends inside the image. Count these, and remember that there are two directions.",
        wrong={
            12: "That is the number of places in one direction. How many directions are "
            "there?",
            13
            * 13: "Your last patch hangs over the edge. At which pixel does the last "
            "patch that fits begin?",
            14
            * 14: "112 / 8 counts places whose patch does not fit. How many pixels of the "
            "patch lie beyond the last place's first pixel?",
            7
            * 7: "That would be a stride as large as the patch. How far apart are two "
            "places?",
        },
    ),
    numeric_question(
        "10.answer_change",
        answer=0.01 * 1000,
        points=1,
        minutes=4,
        worked="With two inputs, slopes 1 and -1 and steps of 0.01: the score changes by "
        "0.01 * 1 + 0.01 * 1. Each input adds epsilon times the size of its slope.",
        wrong={
            0.01: "That is what one input contributes. How many are there?",
            0: "The slopes have both signs, but so have the steps. What is the product of "
            "a slope and its own sign?",
            1000: "That is a step of 1 in every input. How long is it really?",
        },
    ),
    choice_question(
        "10.answer_random",
        digest="faf7d4408b3c2483",
        points=1,
        minutes=4,
        wrong={
            "a": "A method that shows edges looks convincing on any net, even on one that "
            "knows nothing. What should happen to an explanation when the thing it explains "
            "is gone?",
            "b": "The net has changed completely. Can an explanation of what it knows stay "
            "the same?",
            "d": "The weights were replaced, not the image. What does the picture depend "
            "on, then?",
        },
    ),
    choice_question(
        "10.answer_inversion",
        digest="3a109c0c253d27ac",
        points=1,
        minutes=3,
        wrong={
            "a": "The distance in features can be nearly zero while the pixels differ. What "
            "does that say about the features?",
            "b": "More steps bring the features nearer. Do they bring back what the features "
            "do not hold?",
            "d": "The image is found by descent on its pixels, whatever the size of the net. "
            "What limits what can be found?",
        },
    ),
    written_question("10.written_explanation", points=3, minutes=10),
)
