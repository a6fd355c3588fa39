"""A launch, checked and made as the controller does it."""
