"""Every object of every kind, and what is known of the kinds."""
