"""The audit as a value: frozen models that are the JSON beside the page."""
