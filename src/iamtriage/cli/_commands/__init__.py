"""The commands, with a module per group of commands."""
