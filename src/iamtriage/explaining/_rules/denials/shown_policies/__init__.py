"""Compare a denied call with the policies that the text or the facts contain.

- Read: ``_context.readers.pasted_policies`` (JSON, code, templates) and ``attached_policies`` (what a text says) find
  the policies of a text, each with its owner, file and kind: ``context.policies``. ``known_policies`` adds those of
  the facts, names all, and says whose they are and which can have decided.
- Match: ``shared.policies.statement_matching`` (action, resource) and ``conditions.request_conditions`` (conditions).
- Compare: ``policy_comparisons`` (identity-based policies) and ``principal_comparisons`` (those with principals)
  return a ``Comparison``: the cause and the verdict. ``denies.stated_denies`` finds the Deny of an explicit denial.
  Services and trust policies: ``calls.policies.service_statements`` and ``sts.trust``.
- Word: ``statement_words``; ``stated_contrasts``, ``region_contrasts``, ``resource_spellings``,
  ``stated_secrets`` and ``policy_variables`` say what distinguishes the request from what a policy allows.
- Correct: ``stated_remedies`` and ``conditions.condition_corrections`` (identity-based), ``resource_corrections``, and
  ``code_statements`` (code). ``principal_comparisons`` exempts the caller
  in a Deny of another owner. They change documents with ``shared.policies.policy_changes``, and lines of code with ``shared.policies.corrected_patterns``.
- Explain: ``stated_policies``, ``resource_sides`` and ``evaluated_policies`` add all this to the explanation of a denial.
"""
