"""The drawn dataset: its world, words, annotators, truth and pictures."""
