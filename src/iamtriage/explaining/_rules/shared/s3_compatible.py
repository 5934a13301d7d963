"""Recognize S3-compatible software and clouds by their hosts.

They answer with S3's error codes and messages, but have their own keys and permissions.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("CLOUD_HOSTS", "find_s3_compatible_host", "local_endpoints_pattern")

CLOUD_HOSTS = (
    r"storjshare\.io|digitaloceanspaces\.com|wasabisys\.com|backblazeb2\.com|r2\.cloudflarestorage\.com"
    r"|linodeobjects\.com|vultrobjects\.com|contabostorage\.com|your-objectstorage\.com|storage\.tigris\.dev"
)
"""The hosts of clouds other than AWS that offer S3-compatible storage."""
# The ports of LocalStack (the second is S3's in old versions), moto and MinIO.
_PORTS = ("4566", "4572", "5000", "9000")


def local_endpoints_pattern(*more_ports: str) -> str:
    """Return a pattern for local endpoints of AWS-compatible software.

    Args:
        more_ports: Ports in addition to those of S3-compatible software.

    >>> re.findall(local_endpoints_pattern("8000"), "localhost:4566, 127.0.0.1:8000, localhost:8080")
    ['localhost:4566', '127.0.0.1:8000']
    """
    ports = "|".join((*_PORTS, *more_ports))
    return rf"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal):(?:{ports})"


_HOSTS = lazy_pattern(
    rf"(?<![\w-])(?:{CLOUD_HOSTS}"
    r"|localhost\.localstack\.cloud|play\.min\.io"
    r"|(?:minio|localstack):\d{2,5}"
    rf"|{local_endpoints_pattern()}"
    r")(?![\w-]|\.\w)",
    re.ASCII | re.IGNORECASE,
)
# Responses in XML name S3 in a namespace URL with /doc/, which is not the host that was called.
_AWS = lazy_pattern(r"\.amazonaws\.com(?:\.cn)?(?!\.\w|/doc/)", re.ASCII)


# A setting for one service says nothing about the calls of others. The context reads it.
_SETTING_OF_SERVICE = lazy_pattern(r"\bAWS_ENDPOINT_URL_[A-Z0-9_]{2,40}[=:]\s?\S{1,300}")


def find_s3_compatible_host(words: str) -> str | None:
    """Return the S3-compatible host that a text names, or ``None`` if it names an AWS host, too.

    >>> find_s3_compatible_host("PUT https://gateway.storjshare.io/orders/1.csv resulted in 403")
    'storjshare.io'
    >>> find_s3_compatible_host("PUT https://orders.s3.eu-west-1.amazonaws.com/1.csv, copied from minio:9000")
    """
    found = _HOSTS.search(_SETTING_OF_SERVICE.sub(" ", words))
    return None if found is None or _AWS.search(words) else found[0]
