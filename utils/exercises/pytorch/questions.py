"""The questions at the end of lesson 08."""

from utils.checks.questions import (
    choice_question,
    numeric_question,
    written_question,
)

QUESTIONS = (
    numeric_question(
        "08.answer_gradient",
        answer=12,
        points=1,
        minutes=3,
        wrong={
            6: "That is the gradient of one call. What does the second call do with "
            "what `grad` already holds?",
            9: "That is the value of the loss. What is the slope of w ** 2 at 3, and how "
            "often is it added?",
            0: "Nothing in these lines sets `grad` to zero. Who would have to?",
        },
    ),
    numeric_question(
        "08.answer_parameters",
        answer=3 * 16 * 9 + 2 * 16,
        points=1,
        minutes=4,
        wrong={
            3 * 16 * 9
            + 3 * 16: "The convolution says `bias=False`. What is left of its "
            "parameters?",
            3 * 16 * 9 + 4 * 16: "The running mean and variance are buffers: they are "
            "saved, and not trained. What does batch norm train?",
            3 * 16 * 9: "Batch norm has parameters too: a scale and a shift for each "
            "channel. How many are these?",
        },
    ),
    choice_question(
        "08.answer_eval",
        digest="a0afd97b0ef42aef",
        points=1,
        minutes=3,
        wrong={
            "a": "`no_grad` has nothing to do with dropout. What does each of the two "
            "switch?",
            "b": "`eval` does not stop the recording. What uses up the memory then?",
            "d": "Both have an effect, on different things. Which one changes what a "
            "layer computes?",
        },
    ),
    choice_question(
        "08.answer_graph",
        digest="175a95f017ea3499",
        points=1,
        minutes=3,
        wrong={
            "a": "The graph of a step is thrown away after `backward`. When is the next "
            "one made?",
            "b": "Nothing is compiled here. Which line of Python decides in each "
            "forward pass?",
            "c": "Autograd does not look at the source. What does it see of an `if`?",
        },
    ),
    written_question("08.written_resume", points=3, minutes=10),
)
