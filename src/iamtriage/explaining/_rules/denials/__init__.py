"""Explain access denials.

``dispatch`` chooses the rule: by what AWS states, then by what was called, and by whom. ``additions`` lists what
other parts of a text add to the explanation. ``unparsed_texts`` explains texts that cannot be parsed.
``statement_words`` says what statements are about, ``resource_commands`` names caller and resource in policies. The rules:

- ``policy_types``: by the type of the policy that denies, or that has no Allow; ``denies``: what a Deny requires
- ``shown_policies``: compare the call with policies in the text; ``conditions``: evaluate their conditions
- ``roles``: assuming and passing roles, also with web identities and SAML
- ``s3``, ``kms``, ``data_stores``, ``registries``, ``services``: what is specific to a service
- ``identities``: which identity or program made the call, and what changed before it
"""
