"""Test what is said of a user's two access keys that a text lists."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

OLD, NEW = "AKIAQ7XNSV5UA2RBJ3KD", "AKIAQ7XNSV5UA2RBJ3KE"
FAILED = "$ aws iam create-access-key --user-name ana\nAn error occurred (LimitExceeded) when calling the CreateAccessKey operation: Cannot exceed quota for AccessKeysPerUser: 2\n"
LIST = "$ aws iam list-access-keys --user-name ana"
USED = "$ aws iam get-access-key-last-used --access-key-id"


def _object(key: str, status: str) -> str:
    return f'{{"UserName": "ana", "AccessKeyId": "{key}",\n "Status": "{status}", "CreateDate": "2025-04-01T07:00:00Z"}}'


@pytest.mark.parametrize(
    "printed",
    [
        f'\n{{"AccessKeyMetadata": [{_object(NEW, "Active")}, {_object(OLD, "Inactive")}]}}',
        f" --output text\nACCESSKEYMETADATA\t{OLD}\t2023-04-01T07:00:00Z\tInactive\tana\nACCESSKEYMETADATA\t{NEW}\t2025-04-01T07:00:00Z\tActive\tana",
        f' --query "AccessKeyMetadata[].[Status,AccessKeyId]"\n[\n ["Inactive",\n  "{OLD}"],\n ["Active",\n  "{NEW}"]\n]',
    ],
    ids=["document", "text", "lists"],
)
def test_inactive_key_is_deleted(printed: str) -> None:
    explanation = explain(f"{FAILED}{LIST}{printed}\n{USED} {NEW}\n2026-11-20T02:00:13+00:00\n")
    assert f"{OLD}, which is inactive, must be deleted" in explanation.summary
    remedy = explanation.remedies[0]
    assert f"Keep {NEW}, last used on 2026-11-20, until" in " ".join(remedy.steps)
    assert [*remedy.commands] == [
        f"aws iam get-access-key-last-used --access-key-id {OLD}",
        f"aws iam delete-access-key --user-name ana --access-key-id {OLD}",
        "aws iam create-access-key --user-name ana",
    ]


@check_rows(
    "printed",
    [
        f" --output text\n{OLD} Active\n{NEW} Active",
        f" --output text\n{OLD} Inactive\n{NEW} Inactive",
        f" --output text\n{OLD} Inactive",
        f' --query \'AccessKeyMetadata[].AccessKeyId\'\n[\n "{OLD}",\n "{NEW}"\n]',
    ],
    ids=["both active", "both inactive", "one", "no status"],
)
def test_key_to_delete_is_not_known(printed: str) -> None:
    explanation = explain(f"{FAILED}{LIST}{printed}\n")
    assert explanation.remedies[0].title == "Find the key that is not used, and delete it"


REJECTED = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.\n"
LISTED = f"{LIST} --output text\nACCESSKEYMETADATA\t{OLD}\t2023-04-01T07:00:00Z\tInactive\tana\nACCESSKEYMETADATA\t{NEW}\t2025-04-01T07:00:00Z\tActive\tana\n"


@check_rows(
    ("shown", "place"),
    [
        ("+ echo ${AWS_ACCESS_KEY_ID: -4}\nJ3KD\n", None),
        ("Our Bitbucket pipeline has the key that ends in J3KD.\n", "Bitbucket"),
        ("CIRCLE_JOB=deploy\naccess key: xxxxxxxxxxxxxxxxJ3KD\n", "CircleCI"),
        ("##vso[task.logissue]key …J3KD\n", "Azure DevOps"),
        ("[Pipeline] sh\nkey ...J3KD\n", "Jenkins"),
        # The active key, both, and another word.
        ("+ echo ${AWS_ACCESS_KEY_ID: -4}\nJ3KE\n", ""),
        ("One ends in J3KD, the other in J3KE.\n", ""),
        ("request 7fJ3KD\n", ""),
    ],
)
def test_end_of_the_inactive_key(shown: str, place: str | None) -> None:
    explanation = explain(f"{REJECTED}{shown}\n{LISTED}")
    is_known = place != ""
    assert (f"{OLD} of the user ana is inactive, and {NEW} is active" in explanation.summary) is is_known
    if place:
        step = explanation.remedies[0].steps[0]
        assert step.startswith(f"Set key ID and secret again in {place}, those of {NEW}. The job signs with")
