"""Tries a partner's webhook receiver: sends it deliveries, and judges what it answers."""
