"""The exercises: the engine (check, hint, solution, progress), and for each chapter two files.

`chapter_N.py` holds its checks, `chapter_N.toml` its titles, hints and points.
"""
