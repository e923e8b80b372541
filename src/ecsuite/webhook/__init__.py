"""Webhooks: signatures, and a receiver of deliveries."""
