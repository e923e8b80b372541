"""Recorded traffic of other clients, read from files and judged; nothing is sent."""
