"""Does honest work earn in the sandbox what it earns here, and with the same words?"""

import subprocess
import sys
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pytest

from grading.cli import SOLUTIONS
from grading.parts import imports_torch
from grading.process import ROOT, NoSandbox
from grading.sandbox import Limits, Sandbox
from grading.self_check import cells_to_run
from tests.attacks.hostile_class import descendants
from utils.checks.evaluate import evaluate
from utils.exercises import LESSONS, of_lesson
from utils.sources import source_of_names
from utils.subject import Crashed, OutOfMemory, TimedOut
from utils.subject.local import local_subject

pytestmark = pytest.mark.requires("bubblewrap")
CHECKED = [(s, e) for s in LESSONS for e in of_lesson(s).values() if not e.by_hand]
FIGURE = """
import matplotlib.pyplot as plt
print("drawn")
plt.plot([1, 2])
"""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as place:
        yield place


@pytest.fixture(scope="module")
def torch_sandbox():
    with Sandbox("torch") as place:
        yield place


@pytest.fixture(scope="module")
def lesson(sandbox, torch_sandbox):
    """Gives a lesson's cells to run, its names here, and its run in the sandbox."""
    made = {}

    def lesson(stem):
        if stem not in made:
            cells = cells_to_run(jupytext.read(SOLUTIONS / f"{stem}.py"))
            space = {}
            for cell in cells:
                exec(compile(cell, "<cell>", "exec"), space)
                plt.close("all")
            place = torch_sandbox if imports_torch(stem, SOLUTIONS) else sandbox
            made[stem] = cells, space, place.run(cells, 60.0)
        return made[stem]

    yield lesson
    for _, _, run in made.values():
        run.close()


@pytest.mark.parametrize(
    ("stem", "exercise"), CHECKED, ids=lambda x: getattr(x, "id", x)
)
def test_a_solution_gets_the_same_report_here_and_in_the_sandbox(
    stem, exercise, lesson
):
    cells, space, run = lesson(stem)
    assert run.errors == [""] * len(cells)
    source = source_of_names(cells, exercise.object_names)
    here = local_subject({n: space[n] for n in exercise.object_names})
    there = run.subject(exercise.object_names, exercise.seconds)
    for seed in (0, 5):
        one = evaluate(exercise, here, seed, source)
        other = evaluate(exercise, there, seed, source)
        assert (other.score, other.status) == (one.score, one.status)
        assert [o.status for o in other.cases] == [o.status for o in one.cases]
        assert [o.status for o in other.rules] == [o.status for o in one.rules]
        assert other.status == "right"


@pytest.mark.parametrize("library", ["torch", "scipy", "sklearn", "IPython", "psutil"])
def test_a_lesson_on_numpy_has_numpy_only(library, sandbox):
    with sandbox.run([f"import {library}"]) as run:
        assert run.errors[0].startswith("ModuleNotFoundError")


@pytest.mark.parametrize("name", ["utils.checks", "utils.exercises", "grading"])
def test_the_graders_side_is_not_there(name, sandbox):
    with sandbox.run([f"import {name}"]) as run:
        assert run.errors[0].startswith("ModuleNotFoundError")


def test_a_lesson_on_pytorch_has_it(torch_sandbox):
    cells = ["import torch\ndef double(x): return 2 * x\nprint(torch.ones(2).sum())"]
    with torch_sandbox.run(cells) as run:
        assert run.errors == [""]
        assert run.outputs[0][0]["text"] == "tensor(2.)\n"


def test_what_the_first_optimiser_imports_is_there_before_a_submission(torch_sandbox):
    with torch_sandbox.run(
        ["import sys; print('torch._dynamo' in sys.modules)"]
    ) as run:
        assert run.outputs[0][0]["text"] == "True\n"


def test_numbers_of_sixteen_bits_can_be_computed_with(torch_sandbox):
    with torch_sandbox.run(["import torch; torch.ones(2).half() + 1"]) as run:
        assert run.errors == [""]


def test_what_a_lesson_imports_is_there(sandbox):
    cells = [
        "from utils import borrow, check, course_mode, hint, plots, stand_ins",
        "from utils.data import load_cifar10\npictures = load_cifar10(5, 5)",
        "from tqdm.auto import tqdm",
        "check('01.l1_distances', None); hint('01.l1_distances')",
        "from utils.borrow import borrow\nborrow('01.choose_k', None)",
    ]
    with sandbox.run(cells) as run:
        assert run.errors[:4] == [""] * 4
        assert run.errors[4].startswith("ModuleNotFoundError")


@pytest.mark.parametrize("make", [NoSandbox, Sandbox])
def test_what_a_cell_prints_and_draws_is_kept(make):
    with make() as place:
        run = place.run(["print('a')\n3 * 4", FIGURE, "1 / 0", "5;", "x = 1"], 30.0)
        run.close()
    printed, value = run.outputs[0]
    assert printed == {"output_type": "stream", "name": "stdout", "text": "a\n"}
    assert value["data"] == {"text/plain": "12"}
    assert [o["output_type"] for o in run.outputs[1]] == [
        "stream",
        "display_data",
        "display_data",
    ]
    assert run.outputs[1][-1]["data"]["image/png"].startswith("iVBOR")
    assert run.outputs[2][0]["ename"] == "ZeroDivisionError"
    assert run.outputs[3:] == [[], []]


def test_long_output_is_cut_with_a_note(sandbox):
    with sandbox.run(["print('x' * 1_000_000)"]) as run:
        (output,) = run.outputs[0]
    assert len(output["text"]) < 20_100
    assert "… cut after 20,000 characters" in output["text"]


def test_lines_for_ipython_do_not_cost_a_cell(sandbox):
    with sandbox.run(["%matplotlib inline\nx = 1\n!pip list\nx + 1"]) as run:
        assert run.errors == [""]
        assert run.outputs[0][0]["data"] == {"text/plain": "2"}


def test_the_same_code_gives_the_same_numbers_twice(sandbox):
    cells = ["import numpy as np, random\nnp.random.rand(), random.random(), hash('a')"]
    seen = []
    for _ in range(2):
        with sandbox.run(cells) as run:
            seen.append(run.outputs)
    assert seen[0] == seen[1]


def test_an_endless_loop_costs_its_own_cell_only():
    cells, limits = ["while True: pass", "x = 1"], Limits(cell_seconds=0.5)
    with Sandbox(limits=limits) as place, place.run(cells) as run:
        assert run.errors == ["TimedOut: still running after 0.5 seconds", ""]


def test_a_run_that_is_stopped_tells_which_cell_it_was():
    loop = "while True:\n  try:\n    while True: pass\n  except BaseException: pass"
    block = "import signal\nsignal.pthread_sigmask(0, range(1, 65))\n"
    limits = Limits(cell_seconds=0.5, submission_seconds=3)
    with Sandbox(limits=limits) as place, pytest.raises(TimedOut) as stopped:
        place.run(["print('before')", block + loop], 5.0)
    assert stopped.value.cell == 1
    assert stopped.value.outputs[0][0]["text"] == "before\n"


def test_too_much_memory_is_told_as_such():
    fork = "import os\nfor _ in range(4): os.fork()\nx = bytearray(100 << 20)"
    wait = "\nimport time\ntime.sleep(20)"
    with Sandbox(limits=Limits(memory=200 << 20, wall_factor=2)) as place:
        with pytest.raises(OutOfMemory, match="200 MB"):
            place.run([fork + wait], 10.0)
        with place.run(["x = bytearray(1 << 30)"]) as run:
            assert run.errors[0].startswith("MemoryError")


def test_a_dead_process_is_told_as_such(sandbox):
    cells = ["import os\ndef f(x): os._exit(3)\ndef g(x): return x"]
    with sandbox.run(cells) as run:
        assert run.alive()
        with pytest.raises(Crashed, match="status 3"):
            run.subject(("f",), 5.0)(1)
        assert not run.alive()
        with pytest.raises(Crashed):
            run.subject(("g",), 5.0)(1)


def test_a_worker_has_no_powers(sandbox):
    with sandbox.run(["print(open('/proc/self/status').read())"]) as run:
        lines = run.outputs[0][0]["text"].splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    assert int(fields["Uid"].split()[0]) != 0
    sets = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    assert {int(fields[name], 16) for name in sets} == {0}
    assert (fields["NoNewPrivs"].strip(), fields["Seccomp"].strip()) == ("1", "2")


def test_one_run_does_not_see_another(sandbox):
    first = sandbox.run(["open('/tmp/mine', 'w').write('mine')"])
    second = sandbox.run(["import os\nos.listdir('/tmp'), os.listdir('/proc')"])
    shown = second.outputs[0][0]["data"]["text/plain"]
    assert "mine" not in shown
    assert "'2'" not in shown
    first.close()
    assert second.alive()
    assert second.subject(("os",), 5.0)["os"].getpid() == 1
    second.close()


def test_the_warm_process_is_started_again_where_it_was_killed(sandbox):
    sandbox.run([]).close()
    sandbox.process.kill()
    sandbox.process.wait()
    with sandbox.run(["1"]) as run:
        assert run.errors == [""]


def test_the_warm_process_outlives_the_thread_that_started_it():
    with Sandbox() as place:
        starter = Thread(target=place.start)
        starter.start()
        starter.join()
        process = place.process
        place.run(["1"]).close()
        assert place.process is process and process.poll() is None


def test_nothing_outlives_a_grader_that_is_killed(tmp_path):
    code = (
        "import time; from grading.sandbox import Sandbox; place = Sandbox(); "
        "run = place.run(['import time']); print(place.process.pid, flush=True); "
        "run.subject(('time',), 100.0)['time'].sleep(100)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as grader:
        warm = descendants(int(grader.stdout.readline()))
        grader.kill()
    end = monotonic() + 10
    while any(map(is_running, warm)) and monotonic() < end:
        sleep(0.05)
    assert len(warm) >= 4
    assert not any(map(is_running, warm))


def is_running(process):
    """Whether a process is there, and not only waits for its parent to look."""
    try:
        return "(zombie)" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_arrays_cross_in_both_directions(sandbox):
    with sandbox.run(["def f(x): return x * 2"]) as run:
        big = np.arange(3_000_000.0)
        np.testing.assert_array_equal(run.subject(("f",), 20.0)(big), big * 2)
