"""Connections whose certificate was not trusted, so that no call was made; not for certificates of issuers."""

from __future__ import annotations

import re

from iamtriage.explaining._explanations import Cause

__all__ = ("CERTIFICATE_ERROR", "PROXY_STEP", "untrusted_certificate_cause")

CERTIFICATE_ERROR = re.compile(r"x509|[Cc]ertificate|CERT_|SSLError|SSL validation|\[SSL")
"""Words of the libraries that check certificates."""

PROXY_STEP = "Compare HTTPS_PROXY and NO_PROXY with what the network wants, and name the proxy's authority in AWS_CA_BUNDLE."
"""What to do where a proxy stands between."""


def untrusted_certificate_cause(because: tuple[str, ...]) -> Cause:
    """Give what the words say."""
    text = "The connection was not trusted: the certificate is not the host's, or of an authority that is not known."
    return Cause("certificate", text, "derived", because)
