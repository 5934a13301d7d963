"""Nobody can show the secret of an access key, which people ask for in many words."""

from __future__ import annotations

import pytest

from iamtriage import explain


@pytest.mark.parametrize(
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
        "Django: I lost the secret key. Our AWS account is fine.",
    ],
)
def test_other_words_about_secrets(text: str) -> None:
    assert explain(text).topic == "nothing"
