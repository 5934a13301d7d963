"""Explain the example of a problem in one line, with its likeliest cause and first remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from iamtriage._text import hide_secrets
from iamtriage.explaining._explain import explain
from iamtriage.failures._records import to_record
from iamtriage.report._examples import load_example, read_example
from iamtriage.report._trust import check_trust

if TYPE_CHECKING:
    from iamtriage.policies._readers.collection import PolicyCollection

__all__ = ("explain_example",)

_SIGN_IN_URL = (
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
    "cloudtrail-event-reference-aws-console-sign-in-events.html"
)
_SIGN_INS = {
    "ConsoleLogin": "A sign-in to the AWS Management Console failed",
    "CheckMfa": "A check of the MFA device at a console sign-in failed",
}


def explain_example(example: str, policies: PolicyCollection | None) -> dict[str, Any]:
    """Return an example as a flat record without secrets, and its short explanation.

    Returns:
        ``example``, which is ``None`` for a sign-in, and ``explanation``. The latter has ``summary``,
        ``cause`` with its ``url``, ``remedy`` (the title of the first one), and ``trust``: the result of the
        role's trust policy in ``policies`` for the denied caller.
    """
    failure = read_example(example)
    if failure is None:
        return {"example": None, "explanation": _explain_sign_in(load_example(example))}
    explanation = explain(failure)
    cause = next(iter(explanation.causes), None)
    remedy = next(iter(explanation.remedies), None)
    return {
        "example": to_record(failure, redacted=True),
        "explanation": {
            "summary": hide_secrets(explanation.summary),
            "cause": None if cause is None else cause.code,
            "url": None if cause is None else cause.url,
            "remedy": None if remedy is None else hide_secrets(remedy.title),
            "trust": None if policies is None else check_trust(load_example(example), policies),
        },
    }


def _explain_sign_in(record: Mapping[str, Any] | str) -> dict[str, Any]:
    event = cast("Mapping[str, Any]", record if isinstance(record, Mapping) else {})
    title = _SIGN_INS.get(str(event.get("eventName")), "A sign-in failed")
    message = event.get("errorMessage")
    summary = f"{title}: {hide_secrets(message)}." if isinstance(message, str) else f"{title}."
    return {"summary": summary, "cause": None, "url": _SIGN_IN_URL, "remedy": None, "trust": None}
