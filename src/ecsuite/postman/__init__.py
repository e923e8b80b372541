"""Reads Postman files: a collection to check against a contract, and an environment with credentials."""
