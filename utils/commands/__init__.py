"""The commands: one module each, run by `python -m utils NAME`."""
