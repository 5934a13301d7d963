"""Explain each kind of failure with a rule in a module of its subject.

A rule is a function that takes a :class:`~iamtriage.explaining._rules.shared.cases.Case` and returns an
:class:`~iamtriage.explaining.Explanation`. It separates what AWS reports, what follows from that and what is
only possible, and never suggests a remedy that can't help. ``iamtriage.explaining`` chooses the rule.
"""
