"""Grammar fragments, codes, services and masks that all stages of reading share."""
