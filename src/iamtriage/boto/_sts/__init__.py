"""An STS client that fails over to other regions."""
