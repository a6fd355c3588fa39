"""The first five minutes: everything that a launch needs, looked at one by one, each with what to do about it."""
