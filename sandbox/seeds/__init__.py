"""What a sandbox has from the start."""
