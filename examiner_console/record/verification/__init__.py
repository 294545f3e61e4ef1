"""Checking the record. Nothing here shares code with what writes it: import-linter and a test hold that."""
