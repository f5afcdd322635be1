"""The commands: one module each, run by `python -m utils NAME`."""

import utils.support.quiet  # noqa: F401 (before any command imports TensorFlow)
