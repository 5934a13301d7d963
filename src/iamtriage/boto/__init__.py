"""What iamtriage does with botocore and boto3: an STS client that asks another region; not for texts.

An edge: it imports botocore, reads the environment and files where a function says so, and calls AWS.
Sessions are arguments, of boto3 or of botocore; none is made or changed here.
"""

from __future__ import annotations

from iamtriage.boto._failover import Failover, FailoverEvent, FailoverKind
from iamtriage.boto._settings import sts_settings
from iamtriage.boto._sts_client import sts_client

__all__ = ("Failover", "FailoverEvent", "FailoverKind", "sts_client", "sts_settings")
