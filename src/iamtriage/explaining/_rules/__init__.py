"""The rules that make explanations, a module for each thing that goes wrong; not for their parts.

A rule is a function that takes a :class:`~iamtriage._rules.cases.Case` and gives an
:class:`~iamtriage.explanations.Explanation`. It says what AWS reports, what follows, and what is only
possible, and never proposes what cannot help. ``iamtriage.explaining`` chooses the rule.
"""
