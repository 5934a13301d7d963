"""Describe condition keys of a trust policy that are about the request of a token, not about its claims.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.policies.policy_changes import replace_failed_condition

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult

_SOURCE_IP, _VPC_SOURCE_IP = "aws:sourceip", "aws:vpcsourceip"
_OF_ENDPOINT = frozenset({"aws:sourcevpc", "aws:sourcevpce", _VPC_SOURCE_IP})
# A token comes without credentials of AWS, so the request has no principal of IAM.
_OF_PRINCIPAL = frozenset(
    {"aws:username", "aws:userid", "aws:multifactorauthpresent", "aws:multifactorauthage", "sts:externalid"}
)
# https://www.rfc-editor.org/rfc/rfc1918 and, for subnets of pods, https://www.rfc-editor.org/rfc/rfc6598
_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


class RequestKey(NamedTuple):
    """A condition on the request, if it decides.

    Attributes:
        key: The condition key, as the policy writes it.
        reason: Why the request does not meet it, as the end of a sentence.
        text: What to know about it.
        title: What to do about it.
        changes: The key and the values to write instead; ``None`` to remove the condition, or if there is nothing to change.
        look_up: The command that prints the values.
    """

    key: str
    reason: str
    text: str
    title: str
    changes: tuple[str, list[str]] | None = None
    look_up: str | None = None


def find_request_key(result: TrustResult, region: str | None) -> RequestKey | None:
    """Return the condition on the request of a token that decides, or ``None`` if it is about something else."""
    operator, _, key = (result.condition or "").partition(" ")
    name = key.lower()
    # A missing key meets these.
    if result.allowed is not None or "IfExists" in operator or "Not" in operator or operator == "Null":
        return None
    values = " or ".join(map(clip_text, result.expected[:2]))
    if name == _SOURCE_IP and result.expected and all(map(is_private, result.expected)):
        return RequestKey(
            key,
            f"its condition requires {key} {values}, and STS sees the public address of a call, never a private one",
            "Through a NAT gateway, STS sees the public address of that; through a VPC endpoint, the request has no aws:SourceIp.",
            "Compare aws:SourceIp with the public addresses of the NAT gateways",
            (key, ["NAT_PUBLIC_IP/32"]),
            f"aws ec2 describe-nat-gateways --region {commands.region(region)} --query 'NatGateways[].NatGatewayAddresses[].PublicIp' --output text",
        )
    if name == _SOURCE_IP:
        return RequestKey(
            key,
            f"its condition requires {key} {values}, and the call came from another address or through a VPC endpoint",
            "Through a VPC endpoint, the request has no aws:SourceIp.",
            "Accept the address from which the call comes",
            (key, [*result.expected, "SOURCE_IP/32"]),
            "curl --silent https://checkip.amazonaws.com",
        )
    if name in _OF_ENDPOINT:
        return RequestKey(
            key,
            f"its condition requires {key} {values}, which only a call through that VPC endpoint for STS has",
            "Without an endpoint for STS in the VPC, or with the global endpoint of STS, the request lacks the key.",
            "Check the VPC endpoint for STS and the endpoint that the SDK calls",
            None,
            f"aws ec2 describe-vpc-endpoints --region {commands.region(region)} --filters Name=service-name,Values=com.amazonaws.{commands.region(region)}.sts --query 'VpcEndpoints[].[VpcEndpointId,VpcId,PrivateDnsEnabled]'",
        )
    if name in _OF_PRINCIPAL or name.startswith("aws:principal"):
        return RequestKey(
            key,
            f"its condition requires {key}{f' {values}' if values else ''}, which the request of a token never has",
            "A token comes without credentials of AWS, so the request has no principal of IAM, MFA or external ID.",
            f"Remove the condition on {key} from the role's trust policy",
        )
    return None


def is_private(value: str) -> bool:
    """Return whether an address or a range is one of private networks, which AWS never sees as that of a public request."""
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        return False
    return any(network.subnet_of(each) for each in _PRIVATE)


def change_condition(
    policy: Mapping[str, Any] | str | None, result: TrustResult, changes: tuple[str, Sequence[str]] | None
) -> dict[str, Any] | None:
    """Return a policy with another condition in place of the one that decides, or without it."""
    if changes is None:
        return replace_failed_condition(policy, result, lambda _: None)
    key, values = changes
    value = only_one(values, list(values))
    return replace_failed_condition(policy, result, lambda each: each._replace(key=key, value=value))
