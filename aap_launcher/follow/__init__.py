"""A job, or a workflow with its nodes, becomes a stream of updates: each event once and in order."""
