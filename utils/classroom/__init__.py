"""For teachers: what a class guessed."""
