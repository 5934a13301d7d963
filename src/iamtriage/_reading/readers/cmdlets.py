"""Find cmdlets of the AWS Tools for PowerShell before their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.pieces import HINT, Piece
from iamtriage._reading.vocabulary.services import service_name

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# The nouns of these cmdlets start with a service. LogicMonitor's start with LM, too.
_NOUN = lazy_pattern(
    r"-(?P<service>S3|EC2|SQS|SNS|DDB|IAM|SSM|SEC|STS|CFN|KMS|RDS|ECS|ECR|EKS|ELB2?|R53|CWL?|CT|ASG|SFN"
    r"|LM(?=Function|Layer|EventSource|Permission))[A-Z][A-Za-z0-9]{1,60}\s?:\s"
)
_VERB = lazy_pattern(r"(?<![\w-])[A-Z][a-z]{2,12}\Z")
_MAX_VERB_LENGTH = 13


def read_cmdlets(readable: Readable) -> Iterator[Piece]:
    """Yield the cmdlets of the AWS Tools for PowerShell before their errors."""
    for m in _NOUN.finditer(readable.text):
        piece = _build(m)
        if piece is not None:
            yield piece


def _build(m: re.Match[str]) -> Piece | None:
    verb = _VERB.search(m.string, max(0, m.start() - _MAX_VERB_LENGTH), m.start())
    if verb is None:
        return None
    piece = Piece("head", verb.start(), m.end(), is_aws=True)
    piece.put("service", service_name(m["service"]), rank=HINT)
    return piece
