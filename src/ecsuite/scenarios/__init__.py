"""Helpers for the scenarios of each edition: one module for each edition."""
