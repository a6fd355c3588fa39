"""The use case: resolve, preflight, launch once, follow, report; and every way to end."""
