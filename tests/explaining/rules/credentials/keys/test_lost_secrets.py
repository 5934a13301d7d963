"""Nobody can show the secret of an access key, which people ask for in many words."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_KEYS = ("AKIARTX3GSDSVJNFUWS2", "AKIARTX3GSDSVJNFUWS3")


def _list_keys(*keys: str) -> str:
    rows = [{"UserName": "orders-ci", "AccessKeyId": key, "Status": "Active"} for key in keys]
    shown = json.dumps({"AccessKeyMetadata": rows}, indent=4)
    return f"$ aws iam list-access-keys --user-name orders-ci --profile ops\n{shown}\n"


@check_rows(
    "text",
    [
        "I lost my secret access key. How can I see it again in the AWS console?",
        "How do I recover the secret access key of my IAM user? I only have AKIARTX3GSDSVJNFUWS2",
        "AWS secret access key is required. Where can I find my secret key?",
        "I created an access key yesterday, but did not download the secret key.",
        "Which permission do I need to show the secret key of an access key?",
        "We no longer have the secret access key of this IAM user",
        "$ aws iam get-access-key --access-key-id AKIARTX3GSDSVJNFUWS2\naws: [ERROR]: argument operation: Found invalid choice 'get-access-key'",
        "The secret access key is not shown any more for my access key",
    ],
)
def test_question_for_a_secret(text: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "secret-key-lost"
    assert explanation.remedies[0].commands[0].startswith("aws iam create-access-key --user-name ")


@check_rows(
    "text",
    [
        "Our job cannot read the secret key vault/prod of AWS Secrets Manager",
        "Can't find the secret keyring of AWS",
        "error: secret key not found in secret db-credentials (aws)",
        "How do I find which AWS access key is used? The secret key is set in the environment.",
        "$ aws iam get-access-key-last-used --access-key-id AKIARTX3GSDSVJNFUWS2",
        "could not find secret key in Secret orders/aws for the access key",
        "Error: cannot retrieve secret key from the store: access keys disabled",
        "I lost the secret key of our Django settings. Does the access key help?",
        "How do I store an access key so that nobody can see the secret?",
        "My secret access key is missing in the environment",
        "Where do I find the secret that the access key of the pod is in?",
        "Django: I lost the secret key. Our AWS account is fine.",
    ],
)
def test_other_words_about_secrets(text: str) -> None:
    assert explain(text).topic == "nothing"


@pytest.mark.parametrize(
    ("count", "words"), [(1, "there is room for a new one"), (2, "delete the one that is not used first")]
)
def test_listed_keys(count: int, words: str) -> None:
    explanation = explain(_list_keys(*_KEYS[:count]) + "I lost the secret access key.")
    first = explanation.remedies[0]
    assert words in first.steps[1]
    assert first.commands[0] == "aws iam create-access-key --user-name orders-ci --profile ops"
    key = _KEYS[0] if count == 1 else "ACCESS_KEY_ID"
    assert first.commands[1] == f"aws iam get-access-key-last-used --access-key-id {key} --profile ops"


_PARTIAL = "Partial credentials found in {}, missing: {}"


@check_rows(
    ("said", "place", "missing", "title"),
    [
        ("I only have the key ID of the user kim from the console. Where can I find its secret?", "env", "AWS_SECRET_ACCESS_KEY", "Sign in without an access key"),
        ("We no longer have the secret access key.", "shared-credentials-file", "aws_secret_access_key", "Sign in without an access key"),
        # Nobody asks for it, it is in another store, or something else is missing.
        ("I have the key id.", "env", "AWS_SECRET_ACCESS_KEY", "Set AWS_SECRET_ACCESS_KEY"),
        ("Where do I see the secret in Vault?", "env", "AWS_SECRET_ACCESS_KEY", "Set AWS_SECRET_ACCESS_KEY"),
        ("Where can I find its secret?", "env", "AWS_ACCESS_KEY_ID", "Set AWS_ACCESS_KEY_ID"),
    ],
)  # fmt: skip
def test_secret_that_is_missing_and_lost(said: str, place: str, missing: str, title: str) -> None:
    explanation = explain(f"{said}\n$ aws s3 ls\n{_PARTIAL.format(place, missing)}")
    remedy = explanation.remedies[0]
    assert remedy.title.startswith(title)
    is_lost = title.startswith("Sign in")
    assert ("Nobody can show the secret" in explanation.summary) is is_lost
    creates = ["create-access-key" in each for each in remedy.commands]
    assert creates[0] is is_lost
    assert any(creates) is ("secret" in missing.lower())
    assert ("aws login" in " ".join(remedy.steps)) is ("secret" in missing.lower())
    assert not any("--user-name kim" in each for each in remedy.commands) or "kim" in said
    only_once = "AWS shows a secret only when the key is created" in " ".join(remedy.steps)
    assert only_once is (not is_lost and "SECRET" in missing)
    assert "aws_" not in " ".join(remedy.steps) or place != "env"
