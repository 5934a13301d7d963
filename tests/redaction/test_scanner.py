"""Scan redacted texts with Betterleaks, the successor of gitleaks. ``nox --session scanner`` installs it."""

from __future__ import annotations

import pytest

from iamtriage import redact
from tests.redaction.planted import NAMES, OPAQUE, TEXTS, TOKENS, TOKENS_IN_URLS
from tests.redaction.tool_texts import TOOL_TEXTS

betterleaks = pytest.importorskip("betterleaks")

_TEXTS = (
    *(f"{name} = '{OPAQUE}'" for name, _ in NAMES),
    *(token for _, token in TOKENS),
    *(text.format(token) for _, text, token in TOKENS_IN_URLS),
    *(text for _, text, _ in (*TEXTS, *TOOL_TEXTS)),
)


def test_scanner_finds_secrets_in_the_texts() -> None:
    found = [text for text in _TEXTS if betterleaks.scan_string(text)]
    assert len(found) > 200


def test_scanner_finds_nothing_after_redaction() -> None:
    """Only markers and access key IDs are left. To the scanner, a marker looks like a password."""
    left = [
        (finding.rule_id, finding.secret, text)
        for text in _TEXTS
        for finding in betterleaks.scan_string(redact(text))
        if "REDACTED" not in finding.secret and not finding.secret.startswith(("AKIA", "ASIA", "&quot"))
    ]
    assert not left
