"""Define the commands, with a module per group."""
