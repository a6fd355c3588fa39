"""Every collection of the controller's root: one store, one generic resource, driven by a table of kinds."""
