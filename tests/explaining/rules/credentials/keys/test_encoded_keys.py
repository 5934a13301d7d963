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
    ("shown", "says", "command"),
    [
        (f'$ echo "$AWS_SECRET_ACCESS_KEY" | base64\n{_WITH_NEWLINE}\n' + _MANIFEST.format(_WITH_NEWLINE), "AWS_SECRET_ACCESS_KEY decodes to a value with a newline at the end, which echo adds without -n", 'kubectl patch secret till-keys --namespace shop --patch "{\\"stringData\\": {\\"AWS_SECRET_ACCESS_KEY\\": \\"${AWS_SECRET_ACCESS_KEY:?}\\"}}"'),
        (_MANIFEST.format(_WITH_NEWLINE), "AWS_SECRET_ACCESS_KEY decodes to a value with a newline at the end.", "read -rs value"),
        (f'{{\n  "kind": "Secret",\n  "data": {{\n    "secret-key": "{_encode(_SECRET + chr(13) + chr(10))}"\n  }},\n  "metadata": {{"name": "till-keys", "namespace": "shop"}}\n}}', "secret-key decodes to a value with a carriage return and a newline at the end", "read -rs value"),
        (f'$ base64 <<< "$SECRET_KEY"\n{_WITH_NEWLINE}\n', "SECRET_KEY decodes to a value with a newline at the end, which <<< adds", "kubectl patch secret SECRET_NAME"),
        (f"kind: Secret\nmetadata:\n  name: till-keys\nstringData:\n  AWS_SECRET_ACCESS_KEY: |\n    {_SECRET}\n", "AWS_SECRET_ACCESS_KEY is a block of YAML with |, which ends with a newline (write |- instead)", "read -rs value"),
    ],
    ids=["echo and manifest", "manifest", "JSON", "here-string", "block"],
)  # fmt: skip
def test_value_that_ends_with_a_newline(shown: str, says: str, command: str) -> None:
    explanation = explain(_MISMATCH + shown)
    assert says in f"{explanation.summary}"
    assert explanation.remedies[0].commands[0].startswith(command)
    # Only how it ends is said.
    assert _SECRET not in str(explanation)
    assert _WITH_NEWLINE not in str(explanation)


@pytest.mark.parametrize(
    "shown",
    [
        _MANIFEST.format(_encode(_SECRET)),
        f"kind: Secret\nstringData:\n  AWS_SECRET_ACCESS_KEY: |-\n    {_SECRET}\n",
        # Another member, and text that is no secret.
        f"kind: Secret\ndata:\n  config.yaml: {_WITH_NEWLINE}\n",
        "kind: Secret\ndata:\n  SECRET_KEY: PLACEHOLDERPLACEHOLDER\n",
    ],
    ids=["no newline", "chomped block", "another member", "not encoded"],
)
def test_value_without_a_newline(shown: str) -> None:
    assert "most often, the secret access key is wrong" in explain(_MISMATCH + shown).summary
