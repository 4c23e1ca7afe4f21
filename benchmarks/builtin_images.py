"""Measures what four models reach on the built-in pictures, and how fast they are made.

Run `python benchmarks/builtin_images.py`; it takes about three minutes on two cores.
The models must rank as on CIFAR-10, at least eight points apart.
"""

import time

import numpy as np
import torch
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from utils.data.builtin import N_TEST, N_TRAIN, load_builtin, make

TRAIN = 5_000
SEEDS = 0, 1, 2
MARGIN = 8.0  # points between a model and the next


def nearest_neighbours(images, seed):
    """Accuracy in % of k-NN with the best of k = 1, 5 and 10; nothing is random."""
    X, X_test = images.X_train.reshape(TRAIN, -1), images.X_test.reshape(N_TEST, -1)
    model = KNeighborsClassifier(algorithm="brute").fit(X, images.y_train)
    return 100 * max(
        model.set_params(n_neighbors=k).score(X_test, images.y_test) for k in (1, 5, 10)
    )


def linear(images, seed):
    """Accuracy in % of a softmax classifier with the best of two weight decays."""
    return max(_train(_dense(), images, seed, 15, 1e-3, decay) for decay in (1, 30))


def two_layer(images, seed):
    """Accuracy in % of a net with 200 hidden units."""
    return _train(_dense(200), images, seed, 20, 1e-3, 1)


def convnet(images, seed):
    """Accuracy in % of three small convolutions and a linear layer."""
    torch.manual_seed(seed)
    layers, channels = [], 3
    for filters in (16, 32, 64):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
        channels = filters
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 4 * 4, 10))
    return _train(lambda: model, images, seed, 12, 3e-3, 0.01)


def _dense(hidden=None):
    """Return a function that makes a linear or a two-layer model."""

    def model():
        if hidden is None:
            return nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
        layers = nn.Linear(3072, hidden), nn.ReLU(), nn.Linear(hidden, 10)
        return nn.Sequential(nn.Flatten(), *layers)

    return model


def _train(make_model, images, seed, epochs, learning_rate, weight_decay):
    torch.manual_seed(seed)
    model = make_model()
    mean, deviation = images.X_train.mean((0, 2, 3), keepdims=True), 0.25
    X, X_test = (
        torch.tensor((part - mean) / deviation)
        for part in (images.X_train, images.X_test)
    )
    y, y_test = torch.tensor(images.y_train), torch.tensor(images.y_test)
    optimizer = torch.optim.AdamW(
        model.parameters(), learning_rate, weight_decay=weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, epochs=epochs, steps_per_epoch=-(-len(X) // 64)
    )
    for _ in range(epochs):
        for batch in torch.randperm(len(X)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X[batch]), y[batch]).backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        return 100 * (model(X_test).argmax(1) == y_test).float().mean().item()


def main():
    """Print the table and say whether the margins hold."""
    start = time.perf_counter()
    make(N_TRAIN, N_TEST, 0)
    print(f"{N_TRAIN:,} + {N_TEST:,} made in {time.perf_counter() - start:.1f} s\n")
    images = load_builtin(TRAIN, N_TEST)
    print(f"{'model':20}  {'test accuracy, %':>16}  seeds")
    means = []
    for model in (nearest_neighbours, linear, two_layer, convnet):
        scores = [model(images, seed) for seed in SEEDS]
        means.append(np.mean(scores))
        listed = " ".join(f"{score:.1f}" for score in scores)
        print(f"{model.__name__:20}  {means[-1]:16.1f}  {listed}", flush=True)
    margins = ", ".join(f"{margin:.1f}" for margin in np.diff(means))
    verdict = "holds" if min(np.diff(means)) >= MARGIN else "does not hold"
    print(f"\nmargins {margins} points: at least {MARGIN:.0f} {verdict}")


if __name__ == "__main__":
    main()
