"""A short explanation begins with how many failures the text has, and calls that only need a retry come last."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = "An error occurred (AccessDenied) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/nightly/s is not authorized to perform: {} on resource: {} {}\n"
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
_NO_ALLOW = _DENIED.format(
    "SendMessage",
    "sqs:SendMessage",
    _QUEUE,
    "because no identity-based policy allows the sqs:SendMessage action",
)
_DENY = _DENIED.format(
    "DeleteQueue", "sqs:DeleteQueue", _QUEUE, "with an explicit deny in a service control policy"
)
_SLOW = "An error occurred (ThrottlingException) when calling the DescribeRule operation: Rate exceeded\n"


@pytest.mark.parametrize("text", [f"{_NO_ALLOW}{_SLOW}{_DENY}", f"{_NO_ALLOW}{_DENY}{_SLOW}"])
def test_several_failures_are_counted_first(text: str) -> None:
    shown = str(explain(text))
    assert shown.startswith(
        "The text has 3 failures with 3 causes, so one change does not fix all. The role nightly"
    )
    assert shown.index("sqs:DeleteQueue") < shown.index("Throttled")


def test_one_cause_is_not_counted() -> None:
    assert str(explain(_NO_ALLOW + _NO_ALLOW.replace("SendMessage", "PurgeQueue"))).startswith(
        "The role nightly"
    )


def test_resource_of_one_statement() -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/audit/1 is not authorized to perform: {} because no identity-based policy allows the {} action\n"
    actions = (
        "autoscaling:DescribeTags",
        "sqs:PurgeQueue on resource: arn:aws:sqs:eu-west-1:111122223333:jobs",
    )
    text = "".join(denied.format(each, each.partition(" ")[0]) for each in actions)
    shown = " ".join(str(explain(text)).split())
    assert "The Resource is * only where it must be: autoscaling:DescribeTags cannot be limited" in shown
    alone = " ".join(str(explain(denied.format(actions[0], actions[0]))).split())
    assert "The Resource must be *: autoscaling:DescribeTags cannot be limited" in alone
