"""The event table of a job."""
