"""What it costs, measured beside what anyone would have to spend: `python -m bench`."""
