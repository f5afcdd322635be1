"""What several test files share."""

from pathlib import Path

import pytest

from utils.scenes.dataset import make_scenes


@pytest.fixture(scope="session")
def tiny_scenes(tmp_path_factory) -> Path:
    """A folder with a small Scenes dataset: 40 train, 10 dev, 10 test, 6 compositional pictures."""
    folder = tmp_path_factory.mktemp("data") / "scenes"
    make_scenes(folder, sizes=(40, 10, 10, 6))
    return folder
