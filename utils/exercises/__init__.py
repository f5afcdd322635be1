"""The exercises: the engine (check, hint, solution, progress) and one module a chapter."""
