"""The rules that make explanations, a module for each thing that goes wrong; not for their parts.

A rule is a function that takes a :class:`~iamtriage.explaining._rules.shared.cases.Case` and gives an
:class:`~iamtriage.explaining.Explanation`. It says what AWS reports, what follows, and what is only
possible, and never proposes what cannot help. ``iamtriage.explaining`` chooses the rule.
"""
