"""Explain connections that fail because a TLS certificate is not trusted."""

from __future__ import annotations

import re

from iamtriage.explaining._explanations import Cause

__all__ = ("CERTIFICATE_ERROR", "PROXY_STEP", "untrusted_certificate_cause")

CERTIFICATE_ERROR = re.compile(r"x509|[Cc]ertificate|CERT_|SSLError|SSL validation|\[SSL")
"""What TLS libraries print if they reject a certificate."""

PROXY_STEP = "Compare HTTPS_PROXY and NO_PROXY with what the network wants, and name the proxy's authority in AWS_CA_BUNDLE."
"""The step for callers whose traffic passes through a proxy."""


def untrusted_certificate_cause(because: tuple[str, ...]) -> Cause:
    """Return the cause for a certificate that was not trusted."""
    text = "The connection was not trusted: the certificate is not the host's, or of an authority that is not known."
    return Cause("certificate", text, "derived", because)
