"""Exchanges of others, read from files and judged; nothing is sent."""
