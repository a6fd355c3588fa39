"""What writes and checks parts of the repository; nothing here is shipped."""
