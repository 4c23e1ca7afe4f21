"""The questions at the end of lesson 03."""

from utils.checks.questions import choice_question, numeric_question, written_question

QUESTIONS = (
    numeric_question(
        "03.answer_gradient",
        answer=-1,
        points=1,
        minutes=3,
        wrong={
            -2: "That is what comes back through the product. x feeds a second gate.",
            1: "That is what comes back through the max gate. x feeds a second gate.",
            4: "You gave x its own value through the product. Which number does a "
            "multiply gate hand to a factor?",
        },
    ),
    numeric_question(
        "03.answer_parameters",
        answer=1_541_510,
        points=1,
        minutes=3,
        rtol=1e-9,
        wrong={
            1_541_000: "Those are the weights. Every hidden unit and every class has "
            "a bias too: how many are they?",
            1_536_500: "That is the first layer. How many parameters has the second?",
            3_083_020: "That is how many forward passes central differences would need. "
            "How many parameters are there?",
        },
    ),
    choice_question(
        "03.answer_silent",
        digest="8f85c0493fb44342",
        points=1,
        minutes=3,
        wrong={
            "a": "The update of a weight is a step along its gradient. What comes back "
            "through a ReLU whose input is negative?",
            "b": "The gradient is a number, and no direction is chosen at random. "
            "What comes back through a ReLU whose input is negative?",
            "d": "Regularisation acts on the weights, but the question sets it to 0. "
            "What is left?",
        },
    ),
    choice_question(
        "03.answer_kink",
        digest="b88cdc9de891929e",
        points=1,
        minutes=3,
        wrong={
            "a": "If the formula were wrong, would 9,990 numbers agree to nine digits?",
            "c": "float64 has sixteen digits, and all the others agree. What is "
            "different about numbers whose hidden unit is almost at 0?",
            "d": "A smaller h makes the difference of two nearly equal numbers, and "
            "rounding would take over. Which inputs are to blame?",
        },
    ),
    written_question("03.written_backward", points=3, minutes=10),
)
