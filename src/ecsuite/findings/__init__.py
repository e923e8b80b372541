"""Findings as data: which promise is broken, where, and how it shows; `wording` alone makes English of them."""
