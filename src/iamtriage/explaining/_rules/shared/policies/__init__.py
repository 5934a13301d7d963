"""Match, name and correct the statements of policies.

- Match with a request: ``statement_matching``. Names of policies and statements: ``policy_names``.
- Correct: ``policy_changes`` (statements and conditions), ``corrected_patterns`` (patterns and lines of code),
  ``code_references`` (references to resources of the code).
"""
