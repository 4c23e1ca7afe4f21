# %% [markdown]
r"""
# Tiny
"""

# %%
from tiny_checks import check


# %% nbgrader={"solution": true, "grade_id": "double"}
def double(x):
    """Twice `x`."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_double"}
check("07.double", double)

# %% nbgrader={"solution": true, "grade_id": "answer_six"}
# What is two times three?
### BEGIN SOLUTION
answer_six = 6
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_six"}
check("07.six", answer_six)

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_why"}
r"""
Because $2x = x + x$.
"""

# %% tags=["experiment"]
raise SystemExit("an experiment ran while grading")
