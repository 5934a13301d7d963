"""Share what the rules of several subjects need.

The modules here are what most rules need: ``cases`` and ``denial`` (what is explained), ``clues`` (what else the text
states), ``commands``, ``pages`` and ``remedies`` (what to do), ``common_causes`` and ``wording`` (how to say it).
``routing`` and ``loading`` choose a rule. The folders:

- ``principals``: callers, roles and their ARNs
- ``texts``: what a text is about, apart from its failure
- ``messages``: what AWS says about a denial
- ``policies``: the statements of policies
- ``requirements``: the permissions that a request or a task requires
- ``grants``: remedies that grant what was denied
- ``credentials``: profiles, settings, times and certificates
- ``kubernetes``: clusters, requests and manifests
"""
