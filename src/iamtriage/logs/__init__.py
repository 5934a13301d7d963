"""Logging filters that attach failures and redact secrets, and error responses for web APIs.

The filters never drop a record and never raise an exception. They do not modify the exceptions, arguments and
extras that a program logs.
"""

from __future__ import annotations

from iamtriage.logs._failures import FailureFilter
from iamtriage.logs._limits import shorten
from iamtriage.logs._problems import ProblemDetails, problem_details
from iamtriage.logs._redacting import RedactingFilter

__all__ = ("FailureFilter", "ProblemDetails", "RedactingFilter", "problem_details", "shorten")
