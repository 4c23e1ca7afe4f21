# %% [markdown]
r"""
# 02 Linear classifiers
"""

# %%
import numpy as np

from utils import check


# %% nbgrader={"solution": true, "grade_id": "predict"}
def predict(W, X):
    """The class with the highest score for each image.

    W: weights, shape (D, C).  X: images, shape (N, D).
    Returns labels, shape (N,), whole numbers from 0. In a tie the smallest label wins.
    """
    ### BEGIN SOLUTION
    return (X @ W).argmax(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_predict"}
check("02.predict", predict)


# %% nbgrader={"solution": true, "grade_id": "regularization"}
def regularization(W, reg, kind="l2", beta=0.5):
    """The penalty of weights, and its gradient.

    W: weights, an array of any shape.  reg: strength, a number.
    kind: which penalty,
        "l1": reg * sum(|W|),
        "l2": reg * sum(W**2),
        "elastic": reg * sum(beta * W**2 + |W|).
    beta: how much the squares count in the elastic net.
    Returns value, a number, and gradient, of the shape of W. The slope of |w| at
    w = 0 is taken as 0.
    """
    ### BEGIN SOLUTION
    sizes, squares = np.sum(np.abs(W)), np.sum(W**2)
    if kind == "l1":
        return reg * sizes, reg * np.sign(W)
    if kind == "l2":
        return reg * squares, 2 * reg * W
    return reg * (beta * squares + sizes), reg * (2 * beta * W + np.sign(W))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_regularization"}
check("02.regularization", regularization)


# %% nbgrader={"solution": true, "grade_id": "numerical_gradient"}
def numerical_gradient(f, x, h=1e-5):
    """The gradient of a function by central differences.

    f: function of one array that returns a number.
    x: float array of any shape; it is the same after the call as before.
    h: how far to move each value of x to either side.
    Returns gradient, of the shape of x.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        gradient[place] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_numerical_gradient"}
check("02.numerical_gradient", numerical_gradient)


# %% nbgrader={"solution": true, "grade_id": "svm_loss_loops"}
def svm_loss_loops(W, X, y, reg):
    """The mean hinge loss of N images with L2 regularisation, and its gradient.

    W: weights, shape (D, C).  X: images, shape (N, D).  y: labels, shape (N,).
    reg: strength of the penalty reg * sum(W**2).
    Returns loss, a number, and dW, its gradient, shape (D, C). A term that is exactly
    zero adds nothing to the gradient.
    """
    ### BEGIN SOLUTION
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y, strict=True):
        scores = x @ W
        for j, score in enumerate(scores):
            margin = score - scores[label] + 1
            if j != label and margin > 0:
                loss += margin
                dW[:, j] += x
                dW[:, label] -= x
    N = len(X)
    return loss / N + reg * np.sum(W**2), dW / N + 2 * reg * W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_svm_loss_loops"}
check("02.svm_loss_loops", svm_loss_loops)


# %% nbgrader={"solution": true, "grade_id": "svm_loss"}
def svm_loss(W, X, y, reg):
    """The mean hinge loss of N images with L2 regularisation, without a loop.

    W: weights, shape (D, C).  X: images, shape (N, D).  y: labels, shape (N,).
    reg: strength of the penalty reg * sum(W**2).
    Returns loss, a number, and dW, its gradient, shape (D, C). A term that is exactly
    zero adds nothing to the gradient.
    """
    ### BEGIN SOLUTION
    N = len(X)
    rows = np.arange(N)
    scores = X @ W
    margins = np.maximum(scores - scores[rows, y][:, None] + 1, 0)
    margins[rows, y] = 0
    loss = margins.sum() / N + reg * np.sum(W**2)
    dscores = (margins > 0).astype(W.dtype)
    dscores[rows, y] = -dscores.sum(axis=1)
    return loss, X.T @ dscores / N + 2 * reg * W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_svm_loss"}
check("02.svm_loss", svm_loss)


# %% nbgrader={"solution": true, "grade_id": "softmax"}
def softmax(scores):
    """The probabilities that softmax makes of scores, however large these are.

    scores: shape (N, C), a row for each image.
    Returns probabilities, shape (N, C); each row adds up to 1.
    """
    ### BEGIN SOLUTION
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_softmax"}
check("02.softmax", softmax)


# %% nbgrader={"solution": true, "grade_id": "softmax_loss"}
def softmax_loss(W, X, y, reg):
    """The mean cross-entropy of N images with L2 regularisation, without a loop.

    W: weights, shape (D, C).  X: images, shape (N, D).  y: labels, shape (N,).
    reg: strength of the penalty reg * sum(W**2).
    Returns loss, a number, and dW, its gradient, shape (D, C); finite however far
    apart the scores are.
    """
    ### BEGIN SOLUTION
    N = len(X)
    rows = np.arange(N)
    scores = X @ W
    scores -= scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean() + reg * np.sum(W**2)
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    return loss, X.T @ dscores / N + 2 * reg * W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_softmax_loss"}
check("02.softmax_loss", softmax_loss)


# %% nbgrader={"solution": true, "grade_id": "minibatches"}
def minibatches(X, y, batch_size, rng):
    """One epoch of mini-batches: every image once, in a new order.

    X: images, shape (N, ...).  y: labels, shape (N,).
    batch_size: images in a batch; the last one may have fewer.
    rng: a numpy.random.Generator, the only source of chance.
    Yields pairs (X, y) of one batch each.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(X))
    for begin in range(0, len(X), batch_size):
        rows = order[begin : begin + batch_size]
        yield X[rows], y[rows]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_minibatches"}
check("02.minibatches", minibatches)


# %% nbgrader={"solution": true, "grade_id": "sgd_train"}
def sgd_train(W, loss, batches, learning_rate):
    """Gradient descent: one step for each batch.

    W: initial weights; they are not changed.
    loss: function (W, X, y) -> (loss, gradient), the gradient of the shape of W.
    batches: pairs (X, y), one after the other (a list or a generator).
    learning_rate: the length of a step, as a multiple of the gradient.
    Returns W, the weights after the last step, and losses, a list with the loss of
    each batch before its step.
    """
    ### BEGIN SOLUTION
    losses = []
    for X, y in batches:
        value, gradient = loss(W, X, y)
        losses.append(value)
        W = W - learning_rate * gradient
    return W, losses
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sgd_train"}
check("02.sgd_train", sgd_train)


# %% nbgrader={"solution": true, "grade_id": "choose_hyperparameters"}
def choose_hyperparameters(
    X_train, y_train, X_val, y_val, learning_rates, regs, train, score
):
    """The learning rate and the strength with the highest validation accuracy.

    X_train (N, D), y_train (N,): what to train on.  X_val (M, D), y_val (M,): what to
    choose by.  learning_rates, regs: lists of the L and R values to try.
    train: function (X, y, learning_rate, reg) -> W.
    score: function (W, X, y) -> accuracy.
    Returns best, the pair (learning_rate, reg), and accuracies, the validation
    accuracy of every pair, shape (L, R). In a tie the pair in the earlier row wins, and
    in a row the earlier one.
    """
    ### BEGIN SOLUTION
    accuracies = np.zeros((len(learning_rates), len(regs)))
    for i, learning_rate in enumerate(learning_rates):
        for j, reg in enumerate(regs):
            W = train(X_train, y_train, learning_rate, reg)
            accuracies[i, j] = score(W, X_val, y_val)
    i, j = np.unravel_index(accuracies.argmax(), accuracies.shape)
    return (learning_rates[i], regs[j]), accuracies
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_choose_hyperparameters"}
check("02.choose_hyperparameters", choose_hyperparameters)

# %% nbgrader={"solution": true, "grade_id": "answer_weights"}
### BEGIN SOLUTION
answer_weights = 3_073 * 10
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_weights"}
check("02.answer_weights", answer_weights)

# %% nbgrader={"solution": true, "grade_id": "answer_first_loss"}
### BEGIN SOLUTION
answer_first_loss = np.log(10)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_first_loss"}
check("02.answer_first_loss", answer_first_loss)

# %% nbgrader={"solution": true, "grade_id": "answer_doubled"}
### BEGIN SOLUTION
answer_doubled = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_doubled"}
check("02.answer_doubled", answer_doubled)

# %% nbgrader={"solution": true, "grade_id": "answer_l1"}
### BEGIN SOLUTION
answer_l1 = "d"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_l1"}
check("02.answer_l1", answer_l1)

# %% nbgrader={"solution": true, "grade_id": "answer_curve"}
### BEGIN SOLUTION
answer_curve = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_curve"}
check("02.answer_curve", answer_curve)

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_templates"}
r"""
A model answer.
"""
