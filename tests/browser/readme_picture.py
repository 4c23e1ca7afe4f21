"""Takes the README's picture: a wrong answer in JupyterLab, and the card it gets.

python -m tests.browser.readme_picture
"""

import tempfile
from pathlib import Path

import nbformat
from selenium.webdriver.common.by import By

from tests.browser.lab_page import cell, chromium, open_notebook, run_cell, serve

ROOT = Path(__file__).parent.parent.parent
PICTURE = ROOT / "docs" / "failed_check.png"
SOLUTION, CHECK = "l2_distances_one_loop", "check_l2_distances_one_loop"
WRONG = """\
    distances = np.zeros((len(X_test), len(X_train)))
    for i, x in enumerate(X_test):
        distances[i] = ((x - X_train) ** 2).sum(axis=1)
    return distances
"""


def wrong_notebook(folder: Path) -> dict[str, int]:
    """Lesson 01 with a typical mistake in it; returns the places of its cells."""
    notebook = nbformat.read(ROOT / "notebooks" / "01_knn.ipynb", as_version=4)
    places = {}
    for index, one in enumerate(notebook.cells):
        name = one.metadata.get("nbgrader", {}).get("grade_id", "")
        places[name] = index
        if name == SOLUTION:
            one.source = one.source[: one.source.index("    raise ")] + WRONG
    nbformat.write(notebook, folder / "01_knn.ipynb")
    return places


def main() -> None:
    """Make the mistake, run the check, open the hint, and save the picture."""
    with tempfile.TemporaryDirectory() as folder:
        places = wrong_notebook(Path(folder))
        with serve(Path(folder)) as address, chromium(1180, 1000) as driver:
            open_notebook(driver, address, "01_knn.ipynb")
            for index in (1, places[SOLUTION], places[CHECK]):
                run_cell(driver, index)
            for fold in driver.find_elements(By.CSS_SELECTOR, "details > summary"):
                if fold.text == "Hint":
                    driver.execute_script("arguments[0].click()", fold)
            element = cell(driver, places[CHECK])
            driver.execute_script(
                "arguments[0].scrollIntoView({block: 'center'})", element
            )
            PICTURE.parent.mkdir(exist_ok=True)
            element.screenshot(str(PICTURE))
    print(f"Saved {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
