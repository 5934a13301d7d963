"""Explain each kind of failure with a rule in a module of its subject.

A rule is a function that takes a :class:`~iamtriage.explaining._rules.shared.cases.Case` and returns an
:class:`~iamtriage.explaining.Explanation`. It separates what AWS reports, what follows from that and what is
only possible, and never suggests a remedy that can't help.

How a rule is found:

1. ``headlines`` chooses the failure to explain, if a text has one that says more than what ``parse`` returns.
2. ``kinds`` has the rule for each kind of failure. Many of these rules choose a further one by the message, the call or
   the caller: ``denials.dispatch``, ``calls.api_errors`` and the tables of ``shared.routing.Route``.
3. ``denials.unparsed_texts`` has the rules of all subjects for texts in which no failure can be parsed.

Most tables name a rule by its module, and ``shared.loading`` imports it when it is first needed. The subjects:

- ``denials``: IAM denied a call, or another system denied a request
- ``credentials``: a call had no valid credentials, or its signature is wrong
- ``calls``: an AWS API rejected a call for another reason, or no API answered
- ``sts``: endpoints of STS, chains of roles and sessions; ``sts.trust`` compares a call with a trust policy
- ``kubernetes``: an EKS cluster rejected a login or a request, or an access entry is wrong
- ``shared``: what several subjects need, from the case to commands and remedies
- ``basics``: the classes of which nearly every rule consists

The docstring of each folder maps its modules. ``causes`` and each ``examples.toml`` list what the rules explain.
"""
