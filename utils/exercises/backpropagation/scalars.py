"""Numbers that answer to the names of a `Value`: PyTorch's, and some that are wrong."""


class Scalar:
    """The oracle of `Value`: a PyTorch scalar of float64."""

    def __init__(self, data):
        import torch

        made = isinstance(data, torch.Tensor)
        self.tensor = data if made else torch.tensor(float(data), dtype=torch.float64)
        self.tensor.requires_grad_().retain_grad()

    @property
    def data(self):
        return self.tensor.item()

    @property
    def grad(self):
        return 0.0 if self.tensor.grad is None else self.tensor.grad.item()

    def backward(self):
        self.tensor.backward()

    def __add__(self, other):
        return Scalar(self.tensor + getattr(other, "tensor", other))

    def __mul__(self, other):
        return Scalar(self.tensor * getattr(other, "tensor", other))

    def __sub__(self, other):
        return Scalar(self.tensor - getattr(other, "tensor", other))

    def __rsub__(self, other):
        return Scalar(other - self.tensor)

    def __truediv__(self, other):
        return Scalar(self.tensor / getattr(other, "tensor", other))

    def __rtruediv__(self, other):
        return Scalar(other / self.tensor)

    def __pow__(self, n):
        return Scalar(self.tensor**n)

    def __neg__(self):
        return Scalar(-self.tensor)

    def exp(self):
        return Scalar(self.tensor.exp())

    def relu(self):
        return Scalar(self.tensor.relu())

    def tanh(self):
        return Scalar(self.tensor.tanh())

    __radd__, __rmul__ = __add__, __mul__


class Around:
    """A number around another, of the class `base`, which does all of its arithmetic.

    A mistake replaces one of the operations that it asks for.
    """

    base = None
    plus = staticmethod(lambda a, b: a + b)
    times = staticmethod(lambda a, b: a * b)
    power = staticmethod(lambda a, n: a**n)
    exponential = staticmethod(lambda a: a.exp())
    rectified = staticmethod(lambda a: a.relu())
    hyperbolic = staticmethod(lambda a: a.tanh())

    def __init__(self, data):
        self.inner = data if isinstance(data, self.base) else self.base(data)

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def made(self, operation, *others):
        return type(self)(operation(self.inner, *(other.inner for other in others)))

    def lifted(self, other):
        return other if isinstance(other, type(self)) else type(self)(other)

    def __add__(self, other):
        return self.made(self.plus, self.lifted(other))

    def __mul__(self, other):
        return self.made(self.times, self.lifted(other))

    def __pow__(self, n):
        return self.made(lambda a: self.power(a, n))

    def exp(self):
        return self.made(self.exponential)

    def relu(self):
        return self.made(self.rectified)

    def tanh(self):
        return self.made(self.hyperbolic)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self.lifted(other)

    def __rsub__(self, other):
        return self.lifted(other) - self

    def __truediv__(self, other):
        return self * self.lifted(other) ** -1

    def __rtruediv__(self, other):
        return self.lifted(other) / self

    __radd__, __rmul__ = __add__, __mul__


class Traced(Around):
    """One that asks for the slopes of each operation and takes its own way back."""

    def __init__(self, data):
        super().__init__(data)
        self.grad, self.sources = 0.0, []

    def made(self, operation, *others):
        leaves = [self.base(value.data) for value in (self, *others)]
        out = operation(*leaves)
        out.backward()
        made = type(self)(out.data)
        slopes = [leaf.grad for leaf in leaves]
        made.sources = list(zip((self, *others), slopes, strict=True))
        return made

    def backward(self):
        self.grad = 1.0
        self.walk()


class Forgetful(Around):
    """One that shows only what its last backward pass has brought."""

    def __init__(self, data):
        super().__init__(data)
        self.before, self.sources = 0.0, ()

    @property
    def grad(self):
        return self.inner.grad - self.before

    def made(self, operation, *others):
        made = super().made(operation, *others)
        made.sources = (self, *others)
        return made

    def backward(self):
        todo = [self]
        while todo:
            value = todo.pop()
            value.before = value.inner.grad
            todo.extend(value.sources)
        self.inner.backward()


def sloped(a, value, slope):
    """A number of this value, through which `a` gets this slope."""
    return (a - a.data) * slope + value


def one_visit(value):
    """Goes to each number once, and forgets what came from the right."""
    seen, todo = {id(value)}, [value]
    while todo:
        for source, slope in todo.pop().sources:
            source.grad += slope
            if id(source) not in seen:
                seen.add(id(source))
                todo.append(source)


def last_gate_only(value):
    """Goes from the inputs to the result, and has nothing to hand on before."""
    for source, slope in value.sources:
        source.grad += slope * value.grad


def every_path(value):
    """Hands on what a number has so far, each time that it is reached."""
    for source, slope in value.sources:
        source.grad += slope * value.grad
        source.walk()


def last_path(value):
    """Writes each gradient over the one before."""
    for source, slope in value.sources:
        source.grad = slope * value.grad
        source.walk()
