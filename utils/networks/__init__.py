"""The networks that lessons 09 to 12 look into, with published weights or fresh ones.

    net = network("resnet20", classes=10)
    net = pretrained("squeezenet1_1").net

Each is a table in the folder `tables`, which `Described` builds and runs. A learner
who opens one finds which layers there are, as in the table of a paper, and nothing of
how a module or a block is written.
"""

from utils.networks.described import Described
from utils.networks.known import NAMES, network
from utils.networks.trained import Pretrained, pretrained

__all__ = ["NAMES", "Described", "Pretrained", "network", "pretrained"]
