"""Find what the text around a failure states, with a module per kind of statement."""
