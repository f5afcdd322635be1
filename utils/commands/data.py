"""The data that comes with the course: `python -m utils data` prepares and verifies it."""

import argparse

from utils.cnn import EMBEDDED_CNN, check_sums
from utils.dataset import load_dataset
from utils.glove import GLOVE
from utils.support.paths import shown


def prepare() -> list[str]:
    """Verify the network and the word vectors, draw the scenes if missing; say what is there.

    Raises what `check_sums` and `load_dataset` raise.
    """
    check_sums(EMBEDDED_CNN.parent)
    check_sums(GLOVE)
    scenes = load_dataset("scenes")
    sizes = ", ".join(f"{len(images):,} {split}" for split, images in scenes.splits.items())
    return [
        f"MobileNetV2 with ImageNet weights: {shown(EMBEDDED_CNN.parent)}",
        f"GloVe vectors: {shown(GLOVE)}",
        f"Scenes ({sizes}): {shown(scenes.folder)}",
    ]


def main(arguments: list[str] | None = None) -> int:
    """Prepare the data; return 0. Raises what `prepare` raises."""
    parser = argparse.ArgumentParser(prog="python -m utils data", description=__doc__)
    parser.parse_args(arguments)
    print("\n".join(prepare()))
    return 0
