"""What travels: requests and responses as frozen data, the formats of bodies, and the masks over secrets."""
