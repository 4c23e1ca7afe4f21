"""The questions at the end of lesson 07."""

from utils.checks.questions import choice_question, numeric_question, written_question

QUESTIONS = (
    numeric_question(
        "07.answer_expected",
        answer=9,
        points=1,
        minutes=3,
        wrong={
            3: "You took the share that is dropped. Which share of the sum is still there?",
            12: "That is what inverted dropout would give, or no dropout. Does plain dropout "
            "make up for what is lost while training?",
            16: "You divided by 0.75. Does a sum grow when parts of it are dropped?",
            6: "That is for p = 0.5. Here a quarter is dropped.",
        },
    ),
    numeric_question(
        "07.answer_subnetworks",
        answer=1_024,
        points=1,
        minutes=3,
        wrong={
            10: "That counts the networks in which one unit is missing. Any number of units "
            "may be missing.",
            20: "Each unit is there or not: two possibilities for one, four for two. How does "
            "it go on?",
            100: "Each unit is there or not: two possibilities for one, four for two. How "
            "does it go on?",
        },
    ),
    numeric_question(
        "07.answer_crops",
        answer=162,
        points=1,
        minutes=4,
        wrong={
            81: "Each crop can also be mirrored. How many images are that?",
            128: "A window of 32 in a row of 40 can begin at 0, and at 8 too. How many places "
            "are there from 0 to 8?",
            64: "A window of 32 in a row of 40 can begin at 0, and at 8 too. How many places "
            "are there? And each crop can be mirrored.",
            18: "Rows and columns are drawn independently. How many pairs of places are there?",
            25 * 2: "Padding stands on both sides. How wide is the padded image?",
        },
    ),
    choice_question(
        "07.answer_label",
        digest="e8d2d81217be18e7",
        points=1,
        minutes=3,
        wrong={
            "a": "Is a cat that looks to the left still a cat when it looks to the right?",
            "b": "Does a frog become another animal when the light changes?",
            "d": "Is a car that stands two pixels further to the left still a car?",
        },
    ),
    choice_question(
        "07.answer_smote",
        digest="0720494468f69522",
        points=1,
        minutes=3,
        wrong={
            "a": "A new point lies between two old ones. If these are in the validation set, "
            "what does the training set know about it?",
            "b": "Then the validation set has points that nobody has ever measured. What is "
            "an accuracy on them worth?",
            "c": "The test set should show how often each class really occurs. Does it, then?",
        },
    ),
    written_question("07.written_noise", points=3, minutes=10),
)
