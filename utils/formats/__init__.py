"""Captions files and folders of photos as people have them: formats, encodings, names, notes."""
