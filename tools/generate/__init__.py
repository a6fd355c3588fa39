"""Writes everything that repeats the definitions: `make generate`; `make lint` says where it was forgotten."""
