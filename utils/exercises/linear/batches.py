"""Mini-batches, and what goes wrong with them."""

import numpy as np

from utils.checks.compare import WrongStructure, close, unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Generator, Subject


def minibatches_oracle(X, y, batch_size, rng):
    from sklearn.utils import gen_batches, shuffle

    order = shuffle(np.arange(len(X)), random_state=int(rng.integers(1 << 31)))
    for rows in gen_batches(len(X), batch_size):
        yield X[order[rows]], y[order[rows]]


def epoch(subject: Subject, X, y, batch_size, rng) -> list[tuple]:
    """The batches of one epoch, and two more if the generator does not end."""
    made = subject.hold(X, y, batch_size, rng)
    limit = -(-len(X) // batch_size) + 2 if isinstance(X, np.ndarray) else 100
    return [unpack(batch, "X", "y") for batch in subject.iterate(made, limit)]


def numbered(rng: np.random.Generator, n: int, *shape: int):
    """Images of which the first value is their number, and labels."""
    X = rng.uniform(size=(n, *shape))
    X.reshape(n, -1)[:, 0] = np.arange(n)
    return X, rng.integers(5, size=n)


def numbers(batches: list[tuple]) -> list[np.ndarray]:
    return [np.reshape(X, (len(X), -1))[:, 0].astype(int) for X, _ in batches]


def in_one_row(batches: list[tuple]) -> np.ndarray:
    return np.concatenate([np.empty(0, int), *numbers(batches)])


def whole_epoch(batches: list[tuple], X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The order in which the images came, if each came once and with its label."""
    order = in_one_row(batches)
    if not np.array_equal(np.sort(order), np.arange(len(X))):
        raise WrongStructure("Not every image came exactly once, so nothing was tried.")
    if not np.array_equal(y[order], np.concatenate([labels for _, labels in batches])):
        raise WrongStructure("Labels came with other images, so nothing was tried.")
    return order


def is_block(rows: np.ndarray) -> bool:
    """Whether these are neighbours; by chance only where there are few."""
    return len(rows) > 9 and bool(np.ptp(rows) == len(rows) - 1)


class Tried:
    """Batches of numbered images, by which they are known again."""

    def __init__(self, rng: np.random.Generator):
        self.rng, self.seed = rng, int(rng.integers(1 << 30))
        self.X, self.y = numbered(rng, 62, 3)
        self.images, self.labels = numbered(rng, 23, 2, 4, 3)

    def sizes(self, n, batch_size):
        few = numbered(self.rng, n, 3)

        def play(subject):
            batches = epoch(subject, *few, batch_size, Generator(self.seed))
            return [[len(part) for part in batch] for batch in batches]

        return play

    def rows(self, subject, times=1):
        """The numbers of all images, epoch by epoch, from one generator."""
        kept = subject.keep(Generator(self.seed))
        made = [epoch(subject, self.X, self.y, 15, kept) for _ in range(times)]
        return [whole_epoch(batches, self.X, self.y) for batches in made]

    def new_order(self, subject):
        return not np.array_equal(self.rows(subject)[0], np.arange(len(self.X)))

    def another_order(self, subject):
        return not np.array_equal(*self.rows(subject, 2))

    def repeats(self, subject):
        return np.array_equal(self.rows(subject), self.rows(subject))

    def of_colour(self, subject):
        rng = Generator(self.seed)
        return epoch(subject, self.images, self.labels, 5, rng)

    def once(self, subject):
        seen = np.sort(in_one_row(self.of_colour(subject)))
        return np.array_equal(seen, np.arange(len(self.images)))

    def together(self, subject):
        batches = self.of_colour(subject)
        return all(
            np.array_equal(self.images[i], X) and np.array_equal(self.labels[i], y)
            for i, (X, y) in zip(numbers(batches), batches, strict=True)
        )

    def mixed(self, subject):
        batches = epoch(subject, self.X, self.y, 15, Generator(self.seed))
        whole_epoch(batches, self.X, self.y)
        return not any(map(is_block, numbers(batches)))

    def untouched(self, subject):
        kept = subject.keep(self.X), subject.keep(self.y)
        epoch(subject, *kept, 15, Generator(self.seed))
        same = zip((self.X, self.y), map(subject.fetch, kept), strict=True)
        return all(np.array_equal(one, other) for one, other in same)


def minibatch_cases(rng: np.random.Generator) -> list[Case]:
    tried, at_random = Tried(rng), close(by_value=False)
    four, sizes = [[4, 4], [4, 4], [2, 2]], "sizes of the batches"
    colour = "every image once, 23 colour images, 5 at a time"
    return [
        Case(f"{sizes}, 10 images, 4 at a time", tried.sizes(10, 4), expected=four, working="10 = 4 + 4 + 2"),
        Case(f"{sizes}, 3 images, 8 at a time", tried.sizes(3, 8), expected=[[3, 3]]),
        Case(colour, tried.once, at_random, expected=True),
        Case("images keep their labels", tried.together, expected=True),
        Case("the order is a new one", tried.new_order, expected=True),
        Case("no batch is a block of neighbours", tried.mixed, expected=True),
        Case("the next epoch has another order", tried.another_order, expected=True),
        Case("the same generator gives the same batches", tried.repeats, expected=True),
        Case("X and y are left as they were", tried.untouched, expected=True),
    ]  # fmt: skip


def reordered(order):
    """Batches of a fixed size in the order that `order(n, batch_size, rng)` gives."""

    def version(X, y, batch_size, rng):
        places = order(len(X), batch_size, rng)
        for begin in range(0, len(X), batch_size):
            rows = places[begin : begin + batch_size]
            yield X[rows], y[rows]

    return version


def within_blocks(n, batch_size, rng):
    blocks = np.split(np.arange(n), range(batch_size, n, batch_size))
    return np.concatenate([rng.permuted(block) for block in blocks])


def without_the_last(X, y, batch_size, rng):
    for batch in minibatches_oracle(X, y, batch_size, rng):
        if len(batch[0]) == batch_size:
            yield batch


def labels_left_behind(X, y, batch_size, rng):
    begin = 0
    for images, _ in minibatches_oracle(X, y, batch_size, rng):
        yield images, y[begin : begin + batch_size]
        begin += batch_size


def without_end(X, y, batch_size, rng):
    while True:
        yield from minibatches_oracle(X, y, batch_size, rng)


def shuffled_in_place(X, y, batch_size, rng):
    batches = list(minibatches_oracle(X, y, batch_size, rng))
    X[:], y[:] = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    yield from batches


def each_shuffled_by_itself(X, y, batch_size, rng):
    rng.shuffle(X)
    rng.shuffle(y)
    as_stored = reordered(lambda n, batch_size, rng: np.arange(n))
    yield from as_stored(X, y, batch_size, rng)


def drawn_for_each_batch(X, y, batch_size, rng):
    for _ in range(0, len(X), batch_size):
        rows = rng.choice(len(X), batch_size, replace=False)
        yield X[rows], y[rows]


MINIBATCHES = Exercise(
    id="02.minibatches",
    points=3,
    minutes=15,
    oracle=minibatches_oracle,
    parameters=("X", "y", "batch_size", "rng"),
    cases=minibatch_cases,
    rules=(NUMPY_ONLY,),
    worked=(
        "Take 10 images and batches of 4. Draw one order of the numbers 0 to 9, say 7 2 9 0 4 1 8 3 6 5. The "
        "first batch is the images 7, 2, 9, 0 with their labels, the second 4, 1, 8, 3, and the "
        "third is what is left: 6 and 5. Every image has come once; nothing was drawn after the "
        "first line. In the next epoch another order is drawn."
    ),
    misconceptions=(
        Misconception(
            "last small batch dropped",
            without_the_last,
            "The last images, too few for a whole batch, are left out. Up to where does your "
            "range go when 10 images are cut into batches of 4?",
        ),
        Misconception(
            "not shuffled",
            reordered(lambda n, batch_size, rng: np.arange(n)),
            "The images come in the order in which they are stored. If that is sorted by class, "
            "what does each batch teach? Where do you use `rng`?",
        ),
        Misconception(
            "drawn with replacement",
            reordered(lambda n, batch_size, rng: rng.integers(n, size=n)),
            "Some images come twice in an epoch and others never: you draw with replacement. "
            "What arranges all numbers from 0 to N - 1 in a new order?",
        ),
        Misconception(
            "images shuffled without their labels",
            labels_left_behind,
            "Images and labels do not belong together any more: X is shuffled without y. How can "
            "both follow one and the same order?",
        ),
        Misconception(
            "shuffled only inside the batches",
            reordered(within_blocks),
            "Each batch is shuffled, but always holds the same images. What has to be drawn "
            "first: the order of all images, or the batches?",
        ),
        Misconception(
            "the same order in every epoch",
            reordered(
                lambda n, batch_size, rng: np.random.default_rng(0).permutation(n)
            ),
            "Every epoch has the same order: a generator with a fixed seed is made anew each "
            "time. Which generator are you given?",
        ),
        Misconception(
            "a generator of one's own",
            reordered(lambda n, batch_size, rng: np.random.default_rng().permutation(n)),
            "Two runs with the same seed give different batches: your random numbers do not come "
            "from `rng`. Why would one want a run that can be repeated?",
        ),
        Misconception(
            "batch_size taken for the number of batches",
            lambda X, y, batch_size, rng: minibatches_oracle(
                X, y, -(-len(X) // batch_size), rng
            ),
            "You make `batch_size` batches. Is it the number of batches, or of images in one?",
        ),
        Misconception(
            "X and y shuffled one after the other",
            each_shuffled_by_itself,
            "X and y are shuffled one after the other, each into an order of its own, and in "
            "place. How can one list of row numbers serve both, and leave the arrays alone?",
        ),
        Misconception(
            "drawn anew for each batch",
            drawn_for_each_batch,
            "Every batch is drawn from all images again, so that some come twice in an epoch "
            "and the last batch is as large as the others. How often should an order be drawn?",
        ),
        Misconception(
            "one batch is returned",
            lambda X, y, batch_size, rng: next(
                minibatches_oracle(X, y, batch_size, rng)
            ),
            "You return the first batch, and with `return` a function is over. Which word "
            "hands out a batch and goes on when the next one is asked for?",
        ),
        Misconception(
            "never ends",
            without_end,
            "The generator goes on after the last image. When is one epoch over?",
        ),
        Misconception(
            "X and y are shuffled in place",
            shuffled_in_place,
            "The caller's arrays are in another order afterwards. Can you shuffle a list of "
            "row numbers in place of the images?",
        ),
    ),
)  # fmt: skip
