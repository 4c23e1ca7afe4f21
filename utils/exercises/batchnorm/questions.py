"""The questions at the end of lesson 06."""

from utils.checks.questions import choice_question, numeric_question, written_question

QUESTIONS = (
    numeric_question(
        "06.answer_learned",
        answer=2 * 64,
        points=1,
        minutes=3,
        wrong={
            64: "That is gamma alone. What else does the layer learn?",
            4
            * 64: "The running mean and variance are counted, not learned: no gradient "
            "changes them. Which two vectors are left?",
            2
            * 64
            * 32
            * 32: "One pair of numbers for each pixel would be that many. How "
            "many numbers share one gamma?",
        },
    ),
    numeric_question(
        "06.answer_momentum",
        answer=10 * (1 - 0.9**3),
        points=1,
        minutes=5,
        rtol=5e-4,  # 9.99 and 10 are different mistakes
        wrong={
            9.99: "That is momentum the other way round: nine tenths of every "
            "new mean. Which part of the formula is multiplied by 0.1?",
            1.0: "That is the running mean after one batch. What do the second and the "
            "third add?",
            3.0: "You added a tenth of 10 three times. What happens to the old value "
            "each time?",
            10.0: "That would be the mean of the last batch alone. How much of the old "
            "value stays each time?",
        },
    ),
    choice_question(
        "06.answer_companions",
        digest="cd93a0d4bb5c7130",
        points=1,
        minutes=3,
        wrong={
            "a": "gamma and beta are learned, and then they are the same for every image. "
            "What in the layer can depend on the other images?",
            "b": "eps is a small constant and knows nothing of the other images. What is "
            "computed from a whole batch?",
            "d": "Rounding changes the last digits, not the answer. What is computed from "
            "a whole batch?",
        },
    ),
    choice_question(
        "06.answer_bias",
        digest="00c9fee16d5821a5",
        points=1,
        minutes=3,
        wrong={
            "a": "Add 5 to all numbers of a channel. What does the mean become, and what "
            "is left after it is subtracted?",
            "c": "The variance is about differences. Does it change when the same number "
            "is added to all?",
            "d": "That is what beta does, after the normalisation. What happens to a "
            "number that is added before it?",
        },
    ),
    numeric_question(
        "06.answer_means",
        answer=8 * 3,
        points=1,
        minutes=3,
        wrong={
            6: "Those are the channels: that many means has batch normalisation. Does "
            "group normalisation mix images?",
            8: "Those are the images: that many means has layer normalisation. How many "
            "groups does each image have?",
            3: "That is one image. How many images are there?",
            48: "One mean for each channel of each image is instance normalisation. How "
            "many channels share a mean here?",
        },
    ),
    written_question("06.written_small_batches", points=3, minutes=10),
)
