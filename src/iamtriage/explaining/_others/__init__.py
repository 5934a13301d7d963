"""Find and describe the failures in a text other than the explained one."""
