"""The style loss over several layers, and what goes wrong with it."""

import numpy as np
import torch

from utils.checks.exercise import Case, Exercise, Misconception
from utils.subject import Named, Tensor

COVARIANCES = Named("utils.stand_ins.style.covariances")
PLACES = Named("torch.atleast_3d")


def summed(features, targets, weights, gram, layer_loss=torch.dist, power=2, factor=4):
    """A weighted sum over the layers; each distance to a power, over a factor."""
    distances = [layer_loss(gram(f), t) for f, t in zip(features, targets, strict=True)]
    return torch.stack(distances).pow(power) @ distances[0].new_tensor(weights) / factor


def style_oracle(features, targets, weights, gram):
    return summed(features, targets, weights, gram)


def drawn_layers(rng, name, shapes, weights) -> Case:
    features = [Tensor(rng.normal(size=shape)) for shape in shapes]
    targets = [Tensor(rng.normal(size=(1, s[1], s[1]))) for s in shapes]
    return of_layers(name, features, targets, weights, COVARIANCES)


def style_cases(rng: np.random.Generator) -> list[Case]:
    numbers = Tensor(np.array([[[1.0, 2.0], [0.0, 4.0]]]))
    target = Tensor(np.array([[[0.0, 2.0], [2.0, 3.0]]]))
    by_hand = "one layer by hand, its statistic is the layer itself"
    working = "differences 1, 0, -2, 1; squares 1, 0, 4, 1, sum 6; 8 * 6 / 4 = 12"
    three = [(1, 4, 3, 5), (1, 3, 2, 4), (1, 5, 3, 2)]
    return [
        of_layers(by_hand, [numbers], [target], [8.0], PLACES, working=working),
        drawn_layers(rng, "one layer of 3 channels", [(1, 3, 4, 5)], [1.0]),
        drawn_layers(rng, "two layers", [(1, 2, 5, 4), (1, 4, 2, 3)], [0.5, 3.0]),
        drawn_layers(rng, "three layers, one weight 0", three, [2.0, 0.0, 7.0]),
    ]


def of_layers(name, features, targets, weights, gram, **more) -> Case:
    """The loss, and the gradient of every layer."""

    def play(subject):
        kept = [subject.keep(Tensor(f.array, requires_grad=True)) for f in features]
        loss = subject.hold(kept, targets, weights, gram)
        value = subject.fetch(loss)
        loss.backward()
        gradients = {f"gradient {i}": f.grad for i, f in enumerate(kept)}
        return {"loss": value, **gradients}

    return Case(name, play, **more)


def bent(**changes):
    return lambda features, targets, weights, gram: summed(
        features, targets, weights, gram, **changes
    )


def mean_distance(one, other):
    return torch.nn.functional.mse_loss(one, other).sqrt()


def total_difference(one, other):
    return (one - other).sum()


def weights_ignored(features, targets, weights, gram):
    return style_oracle(features, targets, [1.0] * len(features), gram)


def weights_shared(features, targets, weights, gram):
    total = sum(weights)
    return style_oracle(features, targets, [w / total for w in weights], gram)


def weights_inside(features, targets, weights, gram):
    return style_oracle(features, targets, [w * w for w in weights], gram)


def last_layer(features, targets, weights, gram):
    return style_oracle(features[-1:], targets[-1:], weights[-1:], gram)


def first_layer(features, targets, weights, gram):
    return style_oracle(features[:1], targets[:1], weights[:1], gram)


def with_gram(features, targets, weights, gram):
    """The Gram matrix in the place of the statistic that was handed over."""

    def own(f):
        rows = f.flatten(2)
        return torch.matmul(rows, rows.mT) / f[0].numel()

    return style_oracle(features, targets, weights, own)


def of_the_targets(features, targets, weights, gram):
    return style_oracle(features, [gram(t) for t in targets], weights, gram)


def divided_by_size(features, targets, weights, gram):
    sizes = [gram(f).numel() for f in features]
    shares = [w / n for w, n in zip(weights, sizes, strict=True)]
    return style_oracle(features, targets, shares, gram)


def normalised_again(features, targets, weights, gram):
    sizes = [f[0].numel() ** 2 for f in features]
    shares = [w / n for w, n in zip(weights, sizes, strict=True)]
    return style_oracle(features, targets, shares, gram)


def without_graph(features, targets, weights, gram):
    return style_oracle([f.detach() for f in features], targets, weights, gram)


STYLE_LOSS = Exercise(
    id="12.style_loss",
    points=3,
    minutes=15,
    oracle=style_oracle,
    cases=style_cases,
    worked="One layer with the Gram matrix ((1, 2), (0, 4)), the target ((0, 2), (2, 3)) and "
    "the weight 8. The differences are 1, 0, -2 and 1, the squares add up to 6, a quarter "
    "of it is 1.5, and 8 * 1.5 = 12. With several layers such terms are added.",
    misconceptions=(
        Misconception(
            "the quarter is missing",
            bent(factor=1),
            "Your loss is four times too large. Which factor stands before the sum in "
            "the formula of E?",
        ),
        Misconception(
            "half in the place of a quarter",
            bent(factor=2),
            "Your loss is twice too large. Which factor stands before the sum in the "
            "formula of E?",
        ),
        Misconception(
            "mean of the squares",
            bent(layer_loss=mean_distance, factor=1),
            "You average the squared differences over the entries of the matrix. What "
            "does the formula do with them: a mean, or a sum and a quarter?",
        ),
        Misconception(
            "statistics of the targets",
            of_the_targets,
            "Your targets go through `gram` as well. They are what it gave for the "
            "painting: which side still has to?",
        ),
        Misconception(
            "divided by the entries",
            divided_by_size,
            "Each layer's term is divided by the C * C entries of its matrix, on top of "
            "the quarter. Is that a mean where a sum is asked for?",
        ),
        Misconception(
            "normalised a second time",
            normalised_again,
            "Each layer's term is divided by N squared M squared, which the normalised "
            "Gram matrix holds already. How often are the sizes divided out?",
        ),
        Misconception(
            "weights ignored",
            weights_ignored,
            "All layers count the same in your loss. Where does the weight of each "
            "layer come in?",
        ),
        Misconception(
            "weights made to add up to one",
            weights_shared,
            "You divide the weights by their sum. Does the formula do that?",
        ),
        Misconception(
            "weights squared",
            weights_inside,
            "Your weights are inside the square. What does w multiply: the difference "
            "of the matrices, or E?",
        ),
        Misconception(
            "the last layer only",
            last_layer,
            "Only the last layer counts. Is your sum overwritten in each round of the "
            "loop?",
        ),
        Misconception(
            "the first layer only",
            first_layer,
            "Only the first layer counts. Where does your function return: in the loop, "
            "or after it?",
        ),
        Misconception(
            "root of the sum",
            bent(power=1),
            "You return distances, with the root taken. Is there a root in the formula?",
        ),
        Misconception(
            "differences added before they are squared",
            bent(layer_loss=total_difference),
            "Positive and negative differences cancel in your sum. Which comes first, "
            "the square or the sum?",
        ),
        Misconception(
            "a Gram matrix of one's own",
            with_gram,
            "You compute Gram matrices by yourself. The function `gram` is handed over, "
            "and it may be another statistic: where do you call it?",
        ),
        Misconception(
            "cut off from the graph",
            without_graph,
            "Your number is right and the features get no gradient: a `detach` or a "
            "`no_grad` stands in the way. Which part of your code must autograd see?",
        ),
    ),
)
