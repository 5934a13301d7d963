"""Filters for logging: one attaches what failed, one hides secrets; and error bodies of web APIs.

Not for handlers or formats. The filters drop no record and raise nothing, and what a program handed over, its
exceptions, arguments and extras, stays as it is.
"""

from __future__ import annotations

from iamtriage.logs._failures import FailureFilter
from iamtriage.logs._problems import ProblemDetails, problem_details
from iamtriage.logs._redacting import RedactingFilter

__all__ = ("FailureFilter", "ProblemDetails", "RedactingFilter", "problem_details")
