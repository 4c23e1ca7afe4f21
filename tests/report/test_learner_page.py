"""Does a learner see score, cards and what to do next, and can nothing run there?"""

from dataclasses import replace

import pytest

from grading.report import learner_page
from grading.report.clean import clean_card
from grading.report.page import file_name
from grading.verdict import Line
from tests.report.reading import Page, harmless
from tests.report.synthetic import edited, room
from utils.checks.card import as_html
from utils.checks.evaluate import evaluate
from utils.exercises import find
from utils.subject.local import local_subject


@pytest.fixture
def verdict():
    found = room(1).verdicts[0]
    for one in found.exercises[:5]:
        found = edited(found, one.id, status="right", score=2.0)
    return edited(
        found,
        "01.l2_no_loops",
        status="wrong",
        score=0.5,
        hint="Which step turns a sum of squares into a length?",
    )


def test_the_page_shows_the_score_and_what_to_look_at(verdict, tmp_path):
    path = learner_page(verdict, tmp_path)
    page = Page(path)
    assert path == tmp_path / "learners" / "learner0000" / "01_knn.html"
    assert "01_knn: 8.5 of 10 points" in page.text
    assert "3 points more are for written answers" in page.text
    assert "l2_no_loops (0.5 of 2): Which step turns" in page.text
    assert (page.unclosed, page.astray) == ([], [])


def test_everything_right_is_said(verdict, tmp_path):
    done = edited(verdict, "01.l2_no_loops", status="right", score=2.0)
    assert "Everything is right." in Page(learner_page(done, tmp_path)).text


def test_a_mistake_without_a_hint_gets_the_first_failing_case(verdict, tmp_path):
    cases = Line("by hand", "right"), Line("one test image", "wrong", "no")
    unnamed = edited(verdict, "01.l2_no_loops", hint="", cases=cases)
    text = Page(learner_page(unnamed, tmp_path)).text
    assert "The first case that fails is “one test image”." in text


@pytest.mark.parametrize(
    "card",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div onclick='alert(1)'>x</div>",
        "<a href='javascript:alert(1)'>x</a>",
        "<div style='background-image: url(http://x.example/a)'>x</div>",
        "<div style='position: fixed; width: 100%'>x</div>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<svg><a xlink:href='http://x.example'>x</a></svg>",
        "<style>@import url(http://x.example)</style>",
        "<meta http-equiv=refresh content='0;url=http://x.example'>",
        "</div></body><form action=http://x.example><input>",
        "<details open ontoggle=alert(1)>",
        "<!-- --!><script>alert(1)</script> -->",
    ],
)
def test_a_card_that_was_tampered_with_is_harmless(card, verdict, tmp_path):
    path = learner_page(edited(verdict, "01.l2_no_loops", card_html=card), tmp_path)
    page = Page(path)
    assert harmless(page)
    assert page.tags.count("form") == page.tags.count("iframe") == 0
    styles = [value for name, value in page.attributes if name == "style"]
    assert not any("url" in style or "position" in style for style in styles)
    assert (page.unclosed, page.astray) == ([], [])


def test_an_honest_card_stays_as_it_is():
    exercise = find("01.l1_distances")
    wrong = exercise.version_of(exercise.misconceptions[0])
    report = evaluate(exercise, local_subject(wrong))
    card = as_html(report)
    shown = str(clean_card(card))
    for part in ("<details", "<summary", "<table", "border-left", "rgba(127, 127, 127"):
        assert card.count(part) == shown.count(part) > 0, part


@pytest.mark.parametrize(
    "name",
    ["../../etc", "..", ".", "", "a/b", "a\\b", "C:x", "x" * 300, "é\udc80", "~"],
)
def test_a_page_stays_in_its_folder_whatever_the_name(name, verdict, tmp_path):
    folder = tmp_path / "pages"
    path = learner_page(replace(verdict, student=name), folder)
    assert path.resolve().parent.parent == (folder / "learners").resolve()
    assert len(path.parent.name) <= 101


def test_usual_names_are_kept_in_file_names():
    assert file_name("anna.meier@example.org") == "anna.meier@example.org"
    assert file_name("Anna Meier_4711") == "Anna Meier_4711"


def test_what_could_not_be_read_is_explained(verdict, tmp_path):
    said = "No notebook could be found in what was handed in."
    exercises = tuple(
        replace(
            one, score=0.0, status="missing", cases=(), card_html="", card_text=said
        )
        for one in verdict.exercises
    )
    page = Page(learner_page(replace(verdict, exercises=exercises), tmp_path))
    assert "01_knn: 0 of 10 points" in page.text
    assert "There was nothing that could be graded." in page.text
    assert "Everything is right." not in page.text
    assert page.text.count(said) >= 6
