"""Share what the rules of several subjects need.

- What is explained: ``cases``, ``denial``, ``clusters``, ``kubernetes_requests``.
- Callers and other principals: ``principal_words``, ``named_callers``, ``unnamed_callers``, ``masked_principals``.
- What a text says in addition to the failure: ``clues``, ``text_signs``, ``text_fragments``, ``clocks``, ``selected_profiles``,
  ``deployment_tools``, ``cdk_bootstrap``, ``backend_blocks``, ``ecs_starts``; what AWS says about a decision: ``decisions``, ``stated_decisions``.
- How a rule is chosen: ``routing``, ``loading``; for a service's own message: ``service_messages``, ``message_rules``,
  ``quoted_message``. Without a failure: ``unread_texts``.
- Causes and words: ``common_causes``, ``pages``, ``wording``.
- Remedies: ``remedies``, ``commands``, ``allow_remedies``, ``credential_remedies``, ``denial_remedies``,
  ``principal_mappings``, ``service_access``, ``denied_regions``, ``certificates``, ``manifests``.
- The permissions that a request requires: ``derived_actions``, ``required_grants``, ``required_resources``, ``services``,
  ``tasks``, ``companion_actions``, ``task_statements``.
- Statements of policies: ``statement_matching``, ``statement_words``, ``policy_changes``, ``policy_names``,
  ``policy_principals``, ``corrected_patterns``, ``code_references``. ARNs: ``arn_diagnosis``, ``misformed_arns``.
"""
