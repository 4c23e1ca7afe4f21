"""The settings of the course in nbgrader, for its commands and for our build alike."""

import os

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    GetGrades,
    LockCells,
    OverwriteKernelspec,
    SaveCells,
)
from traitlets.config import Config

from grading.release import ClearAnswers
from grading.repair import ForgetRepeatedCells, RestoreMissingCells

COURSE_ID = "convnets"
EXPERIMENT_TAG = "experiment"
SECONDS_A_CELL = 60
# What a learner's code meets while it is graded: small data, and no network.
GRADING_ENVIRONMENT = {"COURSE_MODE": "quick", "COURSE_OFFLINE": "1"}

CODE_STUB = (
    'raise NotImplementedError("Not written yet: replace this line with your code.")'
)
NAME_STUB = "{name} = ...  # replace the dots with your answer"
TEXT_STUB = "*Replace this line with your answer.*"

# The text of the file in a course's folder.
TEMPLATE = '''\
"""Settings of this nbgrader course: the course's own come first, add yours below."""

from grading.nbgrader_config import configure

configure(get_config())
'''


def configure(config: Config) -> None:
    """Set what nbgrader needs to know of this course, in its configuration object."""
    config.CourseDirectory.course_id = COURSE_ID
    configure_release(config)
    configure_grading(config)
    configure_feedback(config)
    for name, value in GRADING_ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def configure_release(config: Config) -> None:
    """Set the steps from source to release, and what stands where a solution stood."""
    config.GenerateAssignment.preprocessors = [
        LockCells,
        ClearAnswers,
        ClearOutput,
        CheckCellMetadata,
        ComputeChecksums,
        SaveCells,
        ClearHiddenTests,
        ClearMarkScheme,
        ComputeChecksums,
        CheckCellMetadata,
    ]
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    config.ClearAnswers.name_stub = NAME_STUB


def configure_grading(config: Config) -> None:
    """Set how a submission is repaired and run."""
    config.Autograde.sanitize_preprocessors = [
        ClearOutput,
        ForgetRepeatedCells,
        OverwriteKernelspec,
        RestoreMissingCells,
        CheckCellMetadata,
    ]
    config.OverwriteCells.add_missing_cells = True
    config.Execute.timeout = SECONDS_A_CELL
    config.Execute.skip_cells_with_tag = EXPERIMENT_TAG
    config.Execute.shutdown_kernel = "immediate"
    config.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]


def configure_feedback(config: Config) -> None:
    """Set the steps to a feedback page: it must not show the class seed."""
    config.GenerateFeedback.preprocessors = [
        GetGrades,
        ClearHiddenTests,
        CSSHTMLHeaderPreprocessor,
    ]
