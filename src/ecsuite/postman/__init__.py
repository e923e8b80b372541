"""Files of Postman as input: a collection to be checked against a contract, an environment with credentials."""
