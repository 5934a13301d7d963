"""A policy that caps permissions gets all actions that the text shows it to lack, not only the first one."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/octo"
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:octo"
_NO_SCP = "service control policy"


def _denied(action: str, resource: str, policy: str = _NO_SCP, account: str = "111122223333") -> str:
    return f"User: arn:aws:sts::{account}:assumed-role/octo/s is not authorized to perform: {action} on resource: {resource} because no {policy} allows the {action} action"


@check_rows(
    ("text", "says", "omits"),
    [
        pytest.param(
            f"{_denied('dynamodb:Query', _TABLE)}\n{_denied('dynamodb:GetItem', _TABLE)}\n{_denied('sqs:SendMessage', _QUEUE)}",
            (
                '"Action": ["dynamodb:GetItem", "dynamodb:Query"]',
                '"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs',
                "must allow each action",
                "dynamodb:GetItem and sqs:SendMessage were denied for the same reason",
            ),
            ("Also",),
            id="failures",
        ),
        pytest.param(
            f"{_denied('dynamodb:Query', _TABLE, 'permissions boundary')}\n{_denied('sqs:SendMessage', _QUEUE, 'permissions boundary')}",
            ('"Action": "dynamodb:Query"', '"Action": "sqs:SendMessage"', "create-policy-version"),
            ("Also",),
            id="boundary",
        ),
        pytest.param(
            f"With the new list, kms:Decrypt, sqs:SendMessage and `sns:Publish` fail.\n{_denied('sqs:SendMessage', _QUEUE)}",
            ('"Action": ["sqs:SendMessage", "kms:Decrypt", "sns:Publish"], "Resource": "*"',),
            (),
            id="sentence",
        ),
        pytest.param(
            f"kms:Decrypt and sns:Publish work.\n{_denied('sqs:SendMessage', _QUEUE)}",
            ('"Action": "sqs:SendMessage"',),
            ("kms:Decrypt",),
            id="what works",
        ),
        pytest.param(
            f"{_denied('dynamodb:Query', _TABLE)}\n{_denied('sqs:SendMessage', _QUEUE, account='222233334444')}",
            ('"Action": "dynamodb:Query"', "Also"),
            ('"Action": "sqs:SendMessage"',),
            id="other account",
        ),
        pytest.param(
            f"{_denied('dynamodb:Query', _TABLE)}\n{_denied('sqs:SendMessage', _QUEUE, 'identity-based policy')}",
            ("Then: Allow sqs:SendMessage for the role octo",),
            ("must allow each action",),
            id="other layer",
        ),
    ],
)
def test_all_denied_actions(text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    shown = " ".join(explain(text).to_text().replace("\\\n", " ").split())
    for words in says:
        assert words in shown
    for words in omits:
        assert words not in shown
