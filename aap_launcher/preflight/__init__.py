"""Inputs and what the template asks become the request; what would be ignored or is missing is refused."""
