"""Words for people, what is visible, what is secret: text in, text out."""
