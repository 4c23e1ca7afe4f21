"""Are only a few jobs in flight, however many there are?"""

from concurrent.futures import Future, ThreadPoolExecutor

from grading.run_jobs import AT_HAND, run_jobs


class Threads:
    """A crew of threads that counts the jobs it was given and has not ended."""

    def __init__(self, size):
        self.count, self.most, self.in_flight = size, 0, 0
        self.pool = ThreadPoolExecutor(size)

    def size(self):
        return self.count

    def submit(self, function, *args):
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        return self.pool.submit(function, *args)

    def is_lost(self, error):
        return False


def test_jobs_are_drawn_and_handed_in_as_others_end():
    crew = Threads(3)
    drawn = iter(range(10_000))
    results = run_jobs(lambda job: job * 2, drawn, crew, lambda job: None)
    for count, (job, outcome) in enumerate(results, 1):
        crew.in_flight -= 1
        assert outcome == job * 2
        if count == 5_000:
            assert next(drawn) <= 5_000 + AT_HAND * crew.size()
    assert crew.most <= AT_HAND * crew.size()


class Fragile:
    """A crew in which the job "poison" ends whatever runs beside it."""

    def __init__(self):
        self.alive, self.tries = True, []

    def size(self):
        return 2

    def submit(self, function, job):
        future = Future()
        if function is ready:
            future.set_result(None)
            return future
        self.tries.append(job)
        self.alive = self.alive and job != "poison"
        if self.alive:
            future.set_result(function(job))
        else:
            future.set_exception(ConnectionError())
        return future

    def is_lost(self, error):
        return isinstance(error, ConnectionError)

    def renew(self):
        self.alive = True


def ready(job):
    """Nothing to make."""


def test_a_job_that_breaks_everything_is_found_by_running_the_lost_ones_alone():
    crew = Fragile()
    jobs = ["a", "b", "poison", "c", "d", "e"]
    assert dict(run_jobs(str.upper, jobs, crew, ready)) == {
        "a": "A", "b": "B", "poison": None, "c": "C", "d": "D", "e": "E"
    }  # fmt: skip
    assert crew.tries.count("poison") == 3
    assert crew.tries.count("e") <= 2
