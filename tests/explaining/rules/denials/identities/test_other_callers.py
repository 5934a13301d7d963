"""Another profile that succeeds, or another caller than the denied one, is contrasted with the denial."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_USER = "arn:aws:iam::111122223333:user/ana"
_ROLE = "arn:aws:sts::111122223333:assumed-role/mailer/7f3a"
_QUEUE = "https://sqs.eu-west-1.amazonaws.com/111122223333/mails"


def _denied(
    caller: str = _USER, reason: str = "because no identity-based policy allows the sqs:PurgeQueue action"
) -> str:
    return f"An error occurred (AccessDenied) when calling the PurgeQueue operation: User: {caller} is not authorized to perform: sqs:PurgeQueue on resource: arn:aws:sqs:eu-west-1:111122223333:mails {reason}\n"


_CALL = f"$ aws sqs purge-queue --queue-url {_QUEUE}"
_OTHER = " With the profile ops, the same command succeeds."


@check_rows(
    ("text", "is_there"),
    [
        (f"{_CALL}\n{_denied()}{_CALL} --profile ops\n{{}}\n", True),
        (f"{_CALL} --profile dev\n{_denied(_ROLE)}{_CALL} --profile ops\n{{}}\n", True),
        (f"{_CALL} --profile ops\n{_denied()}{_CALL} --profile ops\n{{}}\n", False),
        (f"{_CALL}\n{_denied()}{_CALL.replace('purge-queue', 'receive-message')} --profile ops\n{{}}\n", False),
        (f"{_CALL}\n{_denied()}{_CALL} --profile ops\n{_denied()}", False),
        (f"{_CALL}\n{_denied(reason='with an explicit deny in a service control policy')}{_CALL} --profile ops\n{{}}\n", False),
    ],
    ids=["none and another", "two", "the same", "another command", "also denied", "explicit"],
)  # fmt: skip
def test_profile_that_works(text: str, *, is_there: bool) -> None:
    explanation = explain(text)
    assert explanation.summary.endswith(_OTHER) is is_there
    assert explanation.remedies[0].title.startswith("Call with the profile ops") is is_there


@check_rows(
    ("denied", "shown", "is_there"),
    [
        (_USER, _USER.replace("/ana", "/admin"), True),
        (_USER, _ROLE, True),
        (_USER, _USER, False),
        (_ROLE, _USER, False),
    ],
    ids=["another user", "a role", "the same", "a role that a program uses"],
)
def test_caller_that_the_text_shows(denied: str, shown: str, *, is_there: bool) -> None:
    text = (
        f'{_denied(denied)}\n$ aws sts get-caller-identity\n{{"Account": "111122223333", "Arn": "{shown}"}}\n'
    )
    explanation = explain(text)
    assert ("so this call used other credentials: those of the user ana." in explanation.summary) is is_there
    assert explanation.remedies[0].title.startswith("Allow sqs:PurgeQueue")
