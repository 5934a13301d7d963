"""Keys in a Kubernetes Secret that end with a newline: their encoded values and blocks of YAML show it, and nothing else is said."""

from __future__ import annotations

from base64 import b64encode

import pytest

from iamtriage import explain

# Neither is a key of AWS.
_SECRET = "notAkey0notAkey1notAkey2notAkey3notAkey4"
_MISMATCH = "An error occurred (SignatureDoesNotMatch) when calling the PutItem operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n"
_MANIFEST = "apiVersion: v1\nkind: Secret\nmetadata: {{ name: till-keys, namespace: shop }}\ndata:\n  AWS_SECRET_ACCESS_KEY: {}\n"


def _encode(value: str) -> str:
    return b64encode(value.encode()).decode()


_WITH_NEWLINE = _encode(f"{_SECRET}\n")


@pytest.mark.parametrize(
    "shown",
    [
        _MANIFEST.format(_encode(_SECRET)),
        f"kind: Secret\nstringData:\n  AWS_SECRET_ACCESS_KEY: |-\n    {_SECRET}\n",
        # A file with the key ID, and one of something else.
        "$ kubectl create secret generic till-keys --from-file=AWS_ACCESS_KEY_ID=id.txt\n",
        'resource "aws_lambda_function" "till" {\n  secret_key = file("key.txt")\n}\n',
        # Another member, and text that is no secret.
        f"kind: Secret\ndata:\n  config.yaml: {_WITH_NEWLINE}\n",
        "kind: Secret\ndata:\n  SECRET_KEY: PLACEHOLDERPLACEHOLDER\n",
    ],
    ids=["no newline", "chomped block", "key ID", "no Secret", "another member", "not encoded"],
)
def test_value_without_a_newline(shown: str) -> None:
    assert "most often, the secret access key is wrong" in explain(_MISMATCH + shown).summary
