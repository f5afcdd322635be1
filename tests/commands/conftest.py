"""A captioner that knows nothing, in memory and saved: what several commands are tried on."""

import pytest
from tiny_captioner import tiny_captioner


@pytest.fixture(scope="module")
def captioner():
    return tiny_captioner()


@pytest.fixture(scope="module")
def saved(captioner, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "captioner"
    captioner.save(folder)
    return str(folder)
