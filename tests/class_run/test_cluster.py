"""Does a class come through on a Dask cluster, one of whose workers is killed?"""

import os
import signal
from concurrent.futures import CancelledError
from threading import Thread
from time import sleep

import pytest

from grading.course import CannotGrade
from grading.executors import Cluster

pytestmark = pytest.mark.requires("distributed")
COUNT = 18


@pytest.fixture(scope="module")
def cluster():
    """Three workers of one thread each, which their nannies start again."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(3, threads_per_worker=1, dashboard_address=None) as cluster,
    ):
        yield cluster


@pytest.fixture
def on_cluster(a_class, cluster):
    """Grade the class on the cluster."""
    return lambda: a_class.grade(scheduler=cluster.scheduler_address)


def workers(cluster):
    return [worker.pid for worker in cluster.workers.values() if worker.pid]


def kill_half_way(a_class, pid):
    """Kill a worker once half of the class is recorded."""
    while len(a_class.gradebook) < COUNT // 2:
        sleep(0.02)
    os.kill(pid, signal.SIGKILL)


def test_a_killed_worker_loses_nothing_and_records_nothing_twice(
    a_class, cluster, on_cluster
):
    for number in range(COUNT):
        a_class.hand_in(f"s{number:02}", "slow 3")
    killer = Thread(target=kill_half_way, args=(a_class, workers(cluster)[0]))
    killer.start()
    tally = on_cluster()
    killer.join()
    assert a_class.gradebook == [f"s{n:02} 3 right" for n in range(COUNT)]
    assert (tally.judged, tally.recorded, tally.problems) == (COUNT, COUNT, {})


def test_a_poisonous_submission_takes_no_other_with_it(a_class, on_cluster):
    for number in range(6):
        a_class.hand_in(f"s{number:02}", "fine 3")
    a_class.hand_in("s02", "kill 3")
    tally = on_cluster()
    expected = [f"s{number:02} 3 right" for number in range(6)]
    expected[2] = "s02 0 crashed"
    assert a_class.gradebook == expected
    assert [job.student for job in tally.problems] == ["s02"]


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(CannotGrade, match=r"tcp://127.0.0.1:9: start `dask scheduler`"):
        Cluster("tcp://127.0.0.1:9", patience=1)


def test_a_cluster_that_is_left_without_workers_is_not_waited_for(cluster):
    crew = Cluster(cluster.scheduler_address, patience=1)
    future = crew.submit(sleep, 600)
    cluster.scale(0)
    with pytest.raises(CancelledError) as caught:
        future.result(timeout=120)
    with pytest.raises(CannotGrade, match="no Dask scheduler with workers"):
        crew.is_lost(caught.value)
    crew.close(at_once=True)
