"""Tells by its host that other software answered than AWS's, which speaks as S3 does; not for reading errors.

Such software and clouds answer with S3's codes and sentences, and have keys and rights of their own.
"""

from __future__ import annotations

import re

__all__ = ("CLOUD_HOSTS", "find_s3_compatible_host", "local_endpoints_pattern")

CLOUD_HOSTS = (
    r"storjshare\.io|digitaloceanspaces\.com|wasabisys\.com|backblazeb2\.com|r2\.cloudflarestorage\.com"
    r"|linodeobjects\.com|vultrobjects\.com|contabostorage\.com|your-objectstorage\.com|storage\.tigris\.dev"
)
"""The hosts of clouds other than AWS that sell storage with S3's API."""
# Of LocalStack, now and before it had one port for all services, of moto and of MinIO.
_PORTS = ("4566", "4572", "5000", "9000")


def local_endpoints_pattern(*more_ports: str) -> str:
    """Give a pattern of the hosts and ports at which software on the same machine speaks as S3 does.

    Args:
        more_ports: those at which it speaks as other services do.

    >>> re.findall(local_endpoints_pattern("8000"), "localhost:4566, 127.0.0.1:8000, localhost:8080")
    ['localhost:4566', '127.0.0.1:8000']
    """
    ports = "|".join((*_PORTS, *more_ports))
    return rf"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal):(?:{ports})"


_HOSTS = re.compile(
    rf"(?<![\w-])(?:{CLOUD_HOSTS}"
    r"|localhost\.localstack\.cloud|play\.min\.io"
    r"|(?:minio|localstack):\d{2,5}"
    rf"|{local_endpoints_pattern()}"
    r")(?![\w-]|\.\w)",
    re.ASCII | re.IGNORECASE,
)
# XML names S3 in a URL with /doc/, which is no host that was called.
_AWS = re.compile(r"\.amazonaws\.com(?:\.cn)?(?!\.\w|/doc/)", re.ASCII)


def find_s3_compatible_host(words: str) -> str | None:
    """Give the host that answered in place of AWS; None where the text names none, or one of AWS beside it.

    >>> find_s3_compatible_host("PUT https://gateway.storjshare.io/orders/1.csv resulted in 403")
    'storjshare.io'
    >>> find_s3_compatible_host("PUT https://orders.s3.eu-west-1.amazonaws.com/1.csv, copied from minio:9000")
    """
    found = _HOSTS.search(words)
    return None if found is None or _AWS.search(words) else found[0]
