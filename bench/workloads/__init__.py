"""What is measured: one module for each kind of load, each with the figures that it finds."""
