"""Explain connections that fail because a TLS certificate is not trusted."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages

__all__ = ("CERTIFICATE_ERROR", "NO_WAY_OUT", "PROXY_STEP", "UNTRUSTED_CERTIFICATE")

CERTIFICATE_ERROR = lazy_pattern(r"x509|[Cc]ertificate|CERT_|SSLError|SSL validation|\[SSL")
"""What TLS libraries print if they reject a certificate."""

PROXY_STEP = "Check that HTTPS_PROXY and NO_PROXY fit the network, and set AWS_CA_BUNDLE to the CA bundle of the proxy."
"""The step for callers whose traffic passes through a proxy."""

UNTRUSTED_CERTIFICATE = CauseType(
    "untrusted-certificate",
    title="The TLS certificate is not trusted",
    text="The certificate is not that of the host, or is from an unknown certificate authority.",
    recognised_by='The message names a certificate, x509, "SSL validation failed" or CERTIFICATE_VERIFY_FAILED.',
    fix="Add the certificate authority of the proxy or of the host to AWS_CA_BUNDLE, or correct the endpoint URL.",
    sources=(pages.VPC_ENDPOINTS,),
    subject="calls",
)
NO_WAY_OUT = CauseType(
    "no-way-out",
    title="The network blocks the connection",
    text="Security groups, network ACLs, routes or a proxy block the connection.",
    fix="Allow port 443 in security groups and routes, or create a VPC endpoint.",
    of="no-answer",
    subject="calls",
)
