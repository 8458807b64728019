"""Checks of our own: what ready-made linters cannot know about this project. Run them as `python -m scripts.shape`."""
