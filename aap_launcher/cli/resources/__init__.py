"""`aap-launcher RESOURCE VERB`: every collection of the controller, one command line; what differs is data."""
