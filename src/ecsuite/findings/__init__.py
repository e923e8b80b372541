"""Findings as data: which promise is broken, where, and how; only `wording` puts them into English."""
