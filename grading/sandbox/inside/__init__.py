"""What runs within the walls before the learner's code does.

The folder is mounted in the sandbox on its own, so nothing here may import `grading`.
"""
