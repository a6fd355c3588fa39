"""What else people take for the job: the same launch, followed by each of them."""
