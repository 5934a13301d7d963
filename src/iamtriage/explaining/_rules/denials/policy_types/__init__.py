"""Explain denials by the type of the policy that denies, or that has no Allow."""
