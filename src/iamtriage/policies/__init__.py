"""IAM policy documents: grants, conditions and patterns.

Private for now: the evaluator brings public names.
"""
