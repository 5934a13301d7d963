"""Match, name and correct the statements of policies.

- Match with a request: ``statement_matching``.
- Name and correct: ``policy_changes`` (statements and conditions), ``corrected_patterns`` (patterns and lines of code),
  ``date_conditions`` (dates), ``printed_policies`` (a policy that a command prints), ``code_variables``
  (variables of code).
"""
