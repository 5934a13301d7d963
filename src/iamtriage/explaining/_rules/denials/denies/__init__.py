"""Find the Deny statement that applies, and what it requires of the call."""
