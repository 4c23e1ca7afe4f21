"""JupyterLab in headless Chromium: serve a folder, open a notebook, run a cell, look.

    with serve(work) as address, chromium() as driver:
        open_notebook(driver, address, "01_knn.ipynb")
        print(run_cell(driver, 1).text)
        screenshot(driver, Path("card.png"))

Cells are counted from 0, text and code alike.
"""

import json
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from grading.lab import environment, jupyterlab

TOKEN = "browser-test"
PATIENCE = 60
"""Seconds to wait for anything; a loaded machine needs some, never this many."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@contextmanager
def serve(work: Path) -> Iterator[str]:
    """JupyterLab on a folder, with settings of its own; gives its address."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="jupyter-") as folder:
        settings = Path(folder)
        options = ["--no-browser", "--ip=127.0.0.1", f"--ServerApp.port={port}"]
        options += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
        options += [f"--LabApp.user_settings_dir={attach_all_cells(settings)}"]
        server = subprocess.Popen(
            jupyterlab(work, options),
            cwd=work,
            env=environment() | own_folders(settings),
            stderr=subprocess.DEVNULL,
        )
        try:
            yield await_answer(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait(PATIENCE)


@contextmanager
def chromium(width: int = 1280, height: int = 900) -> Iterator[webdriver.Chrome]:
    """Headless Chromium with a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.add_argument(f"--window-size={width},{height}")
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        driver = webdriver.Chrome(options, service)
        try:
            yield driver
        finally:
            driver.quit()


def open_notebook(driver: webdriver.Chrome, address: str, name: str) -> None:
    """Open a notebook on the page, and wait until its kernel is idle."""
    driver.get(f"{address}/lab?token={TOKEN}")
    driver.get(f"{address}/lab/tree/{name}?reset")  # close what was open
    wait_for(driver, "the kernel of the notebook to be idle", is_idle)


def run_cell(driver: webdriver.Chrome, index: int) -> WebElement:
    """Run a cell, wait until it is done, and give its element, output and all."""
    element = cell(driver, index)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.find_element(By.CLASS_NAME, "jp-InputPrompt").click()
    driver.switch_to.active_element.send_keys(Keys.CONTROL, Keys.ENTER)
    wait_for(driver, f"cell {index} to be run", lambda _: has_run(driver, index))
    return cell(driver, index)


def screenshot(driver: webdriver.Chrome, path: Path) -> Path:
    """Save what the browser shows as a PNG file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not driver.save_screenshot(str(path)):
        raise OSError(f"could not write {path}: check that its folder can be written")
    return path


def cell(driver: webdriver.Chrome, index: int) -> WebElement:
    """The element of a cell."""
    place = f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']"
    return driver.find_element(By.CSS_SELECTOR, place)


def has_run(driver: webdriver.Chrome, index: int) -> bool:
    """Has a cell got its number, and the kernel nothing left to do?"""
    prompt = cell(driver, index).find_element(By.CLASS_NAME, "jp-InputPrompt")
    return prompt.text.strip("[]: ").isdigit() and is_idle(driver)


def is_idle(driver: webdriver.Chrome) -> bool:
    """Does the status bar say so? (The toolbar's dot does before there is a kernel.)"""
    return "| Idle" in driver.find_element(By.ID, "jp-main-statusbar").text


def wait_for(
    driver: webdriver.Chrome, what: str, happened: Callable[[webdriver.Chrome], bool]
) -> None:
    """Wait until something has happened on a page that is still changing."""
    wait = WebDriverWait(driver, PATIENCE, 0.1, [WebDriverException])
    wait.until(happened, f"waited {PATIENCE} s for {what}")


def await_answer(address: str, server: subprocess.Popen) -> str:
    """Wait until JupyterLab answers at its address, and give that back."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5):
                return address
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"JupyterLab did not answer at {address} in {PATIENCE} s")


def attach_all_cells(folder: Path) -> Path:
    """Settings for JupyterLab under which the page holds every cell at once."""
    file = folder / "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"windowingMode": "none"}))
    return folder


def own_folders(folder: Path) -> dict[str, str]:
    """Environment variables that keep the user's own Jupyter settings out of it."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    return {name: str(folder / name.lower()) for name in (*names, "IPYTHONDIR")}


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def text(element: WebElement, name: str) -> str:
    """The text of a part of a figure, with plain minus signs."""
    return element.find_element(By.CLASS_NAME, name).text.replace("−", "-")
