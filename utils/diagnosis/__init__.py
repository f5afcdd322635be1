"""What is wrong, and what to do: this machine (`python -m utils doctor`), and bad captions."""
