"""An access key that the text lists as inactive, or not at all."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_ID, _OTHER_ID = "AKIAIOSFODNN7ABCDEFG", "AKIAQQQQQQQQ7ABCDXYZ"
_UNKNOWN_KEY = "$ aws s3 ls\nAn error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records."
_LIST = "$ aws iam list-access-keys --user-name ci --profile ops"


def _listed(*keys: tuple[str, str]) -> str:
    found = [{"UserName": "ci", "AccessKeyId": key, "Status": status} for key, status in keys]
    return f"{_LIST}\n{json.dumps({'AccessKeyMetadata': found}, indent=4)}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{_listed((_OTHER_ID, 'Active'), (_ID, 'Inactive'))}$ cat .env\nAWS_ACCESS_KEY_ID={_ID}\n{_UNKNOWN_KEY}",
        f"$ export AWS_ACCESS_KEY_ID={_ID}\n{_UNKNOWN_KEY}\n{_LIST}\n|| {_OTHER_ID} | Active | ci ||\n|| {_ID} | Inactive | ci ||\n",
        f"$ aws configure list\naccess_key     ****************DEFG env\n{_UNKNOWN_KEY}\n{_listed((_ID, 'Inactive'), (_OTHER_ID, 'Active'))}",
    ],
    ids=["JSON", "table", "masked"],
)
def test_key_that_the_list_of_keys_has_as_inactive(text: str) -> None:
    explanation = explain(text)
    assert f"{_ID} of the user ci is inactive, and {_OTHER_ID} is active" in explanation.summary
    assert [cause.code for cause in explanation.causes] == ["access-key-deleted"]
    first, second = explanation.remedies[:2]
    assert first.title == f"Use the active key {_OTHER_ID} instead"
    assert second.commands == (
        f"aws iam update-access-key --user-name ci --access-key-id {_ID} --status Active --profile ops",
    )


def test_only_key_that_is_inactive() -> None:
    text = f"AWS_ACCESS_KEY_ID={_ID}\n{_UNKNOWN_KEY}\n{_listed((_ID, 'Inactive'))}"
    assert explain(text).remedies[0].commands == ("aws iam create-access-key --user-name ci --profile ops",)


@pytest.mark.parametrize(
    ("shown", "where"),
    [
        (
            f"$ cat ~/.aws/credentials\n[default]\naws_access_key_id = {_ID}\n",
            "in ~/.aws/credentials, and check",
        ),
        (f"$ grep -r AKIA /opt/backup/.env\nAWS_ACCESS_KEY_ID={_ID}\n", "in /opt/backup/.env, and check"),
        (f"$ env | grep AWS\nAWS_ACCESS_KEY_ID={_ID}\n", "wherever the old ones are set"),
        (f"$ ls /opt/backup\n$ env\nAWS_ACCESS_KEY_ID={_ID}\n", "wherever the old ones are set"),
    ],
)
def test_file_with_the_inactive_key(shown: str, where: str) -> None:
    steps = explain(f"{_UNKNOWN_KEY}\n{_listed((_ID, 'Inactive'))}{shown}").remedies[0].steps
    assert where in steps[-1]


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("The console shows {} of user mailer as inactive.", " of the user mailer"),
        ("The user has {}, and the console shows it as inactive.", ""),
        ("A colleague deactivated {} in May.", ""),
        ("Why is {} inactive?", ""),
        ("Is the key {} inactive?", None),
        ("What if {} was deactivated?", None),
        ("{} is active, and the other one inactive.", None),
        ("We deactivated the old one, and now use {}.", None),
        ("{} is of the user mailer, whose MFA is disabled.", None),
    ],
)
def test_key_that_is_said_to_be_inactive(said: str, whose: str | None) -> None:
    summary = explain(f"{_UNKNOWN_KEY}\n{said.format(_ID)}").summary
    assert ("inactive" in summary) is (whose is not None)
    assert whose is None or f"the access key {_ID}{whose} is inactive" in summary


@pytest.mark.parametrize("used", [_OTHER_ID, "AKIAZZZZZZZZZZZZZZZZ", ""])
def test_another_key_in_the_list_is_inactive(used: str) -> None:
    text = f"AWS_ACCESS_KEY_ID={used}\n{_UNKNOWN_KEY}\n{_listed((_OTHER_ID, 'Active'), (_ID, 'Inactive'))}"
    explanation = explain(text)
    assert "inactive" not in explanation.summary
    assert ("is not a key of the user ci" in explanation.summary) == used.startswith("AKIAZ")
    assert ("access-key-deleted" in [cause.code for cause in explanation.causes]) == (used != _OTHER_ID)
