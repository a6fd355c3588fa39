"""Updates and findings become marks: groups, lines and annotations, in no CI's syntax."""
