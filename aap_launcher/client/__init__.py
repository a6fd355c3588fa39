"""The Python client: every resource of the controller, and launching, for scripts."""
