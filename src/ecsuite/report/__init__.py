"""Renderers: pure functions that turn the data of a journal or a result into text, one for each format."""
