"""The questions at the end of lesson 01."""

from utils.checks.questions import choice_question, numeric_question, written_question

QUESTIONS = (
    numeric_question(
        "01.answer_comparisons",
        answer=10_000 * 50_000,
        points=1,
        minutes=3,
        wrong={
            60_000: "You added the two sets. Every test image is compared with every "
            "training image: how many pairs are that?",
            50_000: "That is for one test image. There are 10,000 of them.",
            10_000 * 50_000 * 3_072: "That counts pixel differences. How many pairs of "
            "images are there?",
        },
    ),
    numeric_question(
        "01.answer_fold",
        answer=4_000,
        points=1,
        minutes=3,
        wrong={
            1_000: "That is the size of the fold that is held out. How many images are "
            "left to train on?",
            5_000: "Then the held-out fold would be among the training images. How many "
            "are left without it?",
            500: "The 500 test images take no part in cross-validation. Start from the "
            "5,000 training images.",
        },
    ),
    choice_question(
        "01.answer_cost",
        digest="4b446e5b58158c47",
        points=1,
        minutes=3,
        wrong={
            "a": "Training stores the images and does nothing else. When are distances "
            "computed?",
            "c": "Training only stores the images. Does its cost depend on how many "
            "distances there are?",
            "d": "Does a new image have to be compared with every training image, or "
            "with a fixed number of them?",
        },
    ),
    choice_question(
        "01.answer_test_set",
        digest="7a82a922b719b60c",
        points=1,
        minutes=3,
        wrong={
            "b": "The classifier does not change, whichever images you use. What changes "
            "is what the reported number means.",
            "c": "You picked the k that happened to suit these test images best. On new "
            "images, is the accuracy more likely to be higher or lower?",
            "d": "One look does no harm. But here ten values of k were compared on the "
            "test images, and the best was kept. What did that use up?",
        },
    ),
    written_question("01.written_shift", points=3, minutes=10),
)
