"""Match, word, name and correct the statements of policies.

- Match with a request: ``statement_matching``. In words: ``statement_words``.
- Names: ``policy_names`` (of policies and statements), ``policy_principals`` (of the caller in a policy).
- Correct: ``policy_changes`` (statements and conditions), ``corrected_patterns`` (patterns and lines of code),
  ``code_references`` (references to resources of the code).
"""
