"""What AWS IoT Core denied to a device, compared with the IoT policy in the text."""

from __future__ import annotations

from iamtriage import explain


def test_role_alias_that_gave_credentials() -> None:
    text = "GET /role-aliases/Core-Alias/credentials returned 200.\nAn error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    assert "role alias" not in explain(text).summary
