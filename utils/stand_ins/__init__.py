"""Public functions that a check hands to an answer in the place of other exercises.

An exercise that uses another one takes it as an argument, so that each is graded alone.
What a check passes there need not be the real thing: these are simpler, and solve no
exercise. One module a lesson.
"""
