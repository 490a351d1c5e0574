"""The cases, by subject: one module each. `probe.catalogue` puts them in order."""
