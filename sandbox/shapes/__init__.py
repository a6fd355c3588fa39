"""Objects as the API shows them."""
