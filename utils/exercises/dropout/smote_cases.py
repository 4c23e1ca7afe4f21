"""SMOTE: the right answer, and the cases it is tried on."""

import numpy as np

from utils.checks.compare import WrongStructure
from utils.checks.exercise import Case
from utils.exercises.dropout.shared import about, generator_cases, same_shape
from utils.subject import Generator

PLACES = (
    "between neighbours",
    "on a given point",
    "beyond a neighbour",
    "between points that are no neighbours",
    "on the way to a point of another class",
    "off every line",
)


def smote_oracle(X, y, minority, n_new, k, rng):
    from sklearn.neighbors import NearestNeighbors

    points = X[y == minority]
    pairs = NearestNeighbors(n_neighbors=k).fit(points).kneighbors_graph().tocoo()
    chosen = rng.choice(pairs.nnz, size=n_new)
    start, end = points[pairs.row[chosen]], points[pairs.col[chosen]]
    share = np.linspace(0, 1, 1 << 20)[rng.choice(1 << 20, size=n_new)]
    return (start + share[:, None].astype(X.dtype) * (end - start)).astype(X.dtype)


class Scene:
    """Points of two classes in general position, and where a new point may lie.

    Six points of the minority lie among those of the majority, so that the nearest
    points of all are often of the other class.
    """

    def __init__(self, rng, d=3, m=6, n=16, k=2):
        self.k, self.m, self.seed = k, m, int(rng.integers(1 << 30))
        self.X = rng.uniform(size=(n, d))
        self.y = np.full(n, 4)
        self.y[rng.permutation(n)[:m]] = 7
        own = np.flatnonzero(self.y == 7)
        gaps = np.linalg.norm(self.X[own, None] - self.X[own], axis=2)
        near = own[np.argsort(gaps, axis=1)[:, 1 : k + 1]]
        self.near = {(i, j) for i, row in zip(own, near, strict=True) for j in row}
        pairs = [(i, j) for i in range(n) for j in range(i)]
        self.pairs = np.array(pairs)
        self.kind = np.array([self.kind_of(i, j) for i, j in pairs])

    def kind_of(self, i, j):
        if {self.y[i], self.y[j]} != {7}:
            return PLACES[4]
        return PLACES[0] if {(i, j), (j, i)} & self.near else PLACES[3]

    def run(self, subject, n_new, generator=None, dtype=float):
        generator = Generator(self.seed) if generator is None else generator
        X = self.X.astype(dtype)
        new = subject(X, self.y, 7, n_new, self.k, generator)
        return same_shape(new, np.empty((n_new, X.shape[1])))

    def explained(self, subject, n_new):
        """Of each new point: its pair of points, the share, and what that is.

        The right pair is the one whose line it lies on; n * D numbers tell it surely.
        """
        new = self.run(subject, n_new)
        start, end = (self.X[self.pairs[:, side]] for side in (0, 1))
        way = (end - start).T[:, None]  # features first, then points and pairs
        gap = new.T[:, :, None] - start.T[:, None]
        share = (gap * way).sum(axis=0) / (way**2).sum(axis=0)
        off = np.abs(share * way - gap).max(axis=0)
        pair = np.where(off < 1e-9, np.abs(share - 0.5), np.inf).argmin(axis=1)
        rows = np.arange(n_new)
        share, off = share[rows, pair], off[rows, pair]
        kind = self.kind[pair].astype(object)
        kind[(share < -1e-9) | (share > 1 + 1e-9)] = PLACES[2]
        kind[(np.abs(share) < 1e-9) | (np.abs(share - 1) < 1e-9)] = PLACES[1]
        kind[off > 1e-9] = PLACES[5]
        return pair, share, kind

    def places(self, subject):
        """Where the points lie; anywhere else than between neighbours is told at once."""
        wrong = sorted(set(self.explained(subject, 150)[2].tolist()) - {PLACES[0]})
        if wrong:
            raise WrongStructure(
                f"Of 150 new points some lie {', others '.join(wrong)}."
            )
        return PLACES[0]

    def lines(self, subject):
        """How many pairs of neighbours have a new point between them."""
        pair, _, kind = self.explained(subject, 300)
        return len(set(pair[kind == PLACES[0]].tolist()))

    def shares(self, subject):
        """The distance of the share from the middle: 1/4 on average."""
        _, share, kind = self.explained(subject, 450)
        if (kind == PLACES[5]).any():
            raise WrongStructure("Some new points lie off every line.")
        return np.abs(share - 0.5).mean()

    def different_shares(self, subject):
        return len(np.unique(np.round(self.explained(subject, 150)[1], 9))) > 100


LINE = np.array([[0.0], [1.0], [5.0], [2.0], [5.5], [6.0], [9.0]])
LABELS = np.array([1, 0, 1, 0, 1, 0, 0])


def in_a_row(seed: int) -> Case:
    def play(subject):
        new = same_shape(
            subject(LINE, LABELS, 1, 300, 1, Generator(seed)), np.empty((300, 1))
        )
        return [
            bool(((new > 0) & (new < 5)).any()),
            bool(((new > 5) & (new < 5.5)).any()),
            bool(((new < 0) | (new > 5.5)).any()),
        ]

    return Case(
        "by hand: 0, 5 and 5.5 on a line, k = 1",
        play,
        expected=[True, True, False],
        working="the neighbour of 0 is 5, that of 5 is 5.5, that of 5.5 is 5: points "
        "between 0 and 5, points between 5 and 5.5, and nowhere else",
    )


def smote_cases(rng: np.random.Generator) -> list[Case]:
    """One of 12 directed pairs is missed by 300 points once in 10^10 checks."""
    scene, plane = Scene(rng), Scene(rng, d=5, m=7, n=13, k=3)
    neighbours = int((scene.kind == PLACES[0]).sum())
    quarter = about(0.25, 450, "the mean distance", 0, 0.5)

    def dtype(subject):
        return scene.run(subject, 4, dtype=np.float32).dtype.name

    return [
        in_a_row(scene.seed),
        Case("3 features, k = 2: where the new points lie", scene.places, expected=PLACES[0]),
        Case("5 features, k = 3: where the new points lie", plane.places, expected=PLACES[0]),
        Case("every pair of neighbours is used", scene.lines, expected=neighbours),
        Case("the place on the line: distance from its middle", scene.shares, quarter, None),
        Case("each point has its own place on the line", scene.different_shares, expected=True),
        Case("float32 stays float32", dtype, expected="float32"),
        *generator_cases(rng, lambda s, g: scene.run(s, 20, g)),
    ]  # fmt: skip
