"""HTTP messages: requests and responses as frozen data, the formats of bodies, and the masking of secrets."""
