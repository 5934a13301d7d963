"""Read what AWS says about a denial, of which ``shared.denial`` is composed.

- The decision: ``decisions`` (authorization details and decoded messages).
- The service's own message: ``quoted_message`` finds it, ``message_rules`` lists the rules, ``service_messages`` chooses one.
- What the message does not name: ``derived_actions``, also callers.
"""
