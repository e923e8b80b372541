"""Renderers: pure functions from what the journal holds to text, one a format."""
