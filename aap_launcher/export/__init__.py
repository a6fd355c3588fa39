"""The controller's configuration as files, one for each object, and what changed on the controller since."""
