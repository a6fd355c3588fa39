"""The controller package speaks HTTP and nothing else."""
