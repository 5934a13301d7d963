"""Read what AWS says about a denial, of which ``shared.denial`` is composed.

- The decision: ``decisions`` (authorization details and decoded messages).
- The service's own message: ``quoted_message`` finds it, ``message_rules`` lists the rules, ``service_messages`` chooses one.
- The action: ``stated_actions`` spells it, ``derived_actions`` finds it if the message does not name it, and the caller.
"""
