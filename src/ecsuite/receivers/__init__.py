"""Tests a partner's webhook receiver: sends deliveries to it, and judges its responses."""
