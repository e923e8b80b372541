"""Webhooks: signatures, and receivers of deliveries."""
