"""Say that the hop limit of the instance metadata keeps containers from the role of their instance.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues, clusters, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.text_signs import is_about_pods

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure, MissingCredentials

# The text can also show what a query for the limit prints, alone or with other options of the metadata.
_HOP_LIMIT = (
    r"\"?\b(?i:http_?put_?response_?hop_?limit)\b(?:\W{{1,8}}|(?:,\w{{1,30}}){{0,5}}[\]\"']{{0,4}}(?: --output \w{{1,8}})?[\s\[\"]{{1,8}}"
    r"(?:(?:required|optional|enabled|disabled)\b[\s\",]{{1,8}}){{0,4}}){}(?!\w|\.\d)"
)
HOP_LIMIT_OF_ONE = lazy_pattern(_HOP_LIMIT.format("1"))
"""The output of ``aws ec2 describe-instances``, or a setting of Terraform, CloudFormation or a launch template."""
# EC2 names the sessions of an instance's role after the instance.
INSTANCE_SESSION = lazy_pattern(r":assumed-role/([\w+=,.@-]{1,64})/i-[0-9a-f]{8,17}(?![\w-])", re.ASCII)
# Words of a sentence that says the opposite, before each of its characters.
_NOT = r"(?!\b(?:no|not|nothing|nobody|never|nor|neither|without|lacks?|fails?|still|either|does|do|40\d)\b|n't\b)"
# What people say or show of a program outside the container that has the role of the instance.
WORKS_ON_INSTANCE = lazy_pattern(
    rf"(?<!not )(?<!never )(?<!n't )(?<!nothing )\b(?:works?|worked|fine|ok|succeeds?)\b(?:{_NOT}[^.]){{0,60}}?\b(?:on|from) (?:the |this |that |an? |my )?(?:EC2\b|instance\b|(?:host|server|machine|VM) \(?EC2)"
    rf"|\b(?:on|from) (?:the |this )?(?:EC2(?: host| instance| machine)?|instance)(?: itself| directly)?\b(?:{_NOT}[^.]){{0,40}}?\b(?:works?|fine|ok|succeeds?)\b"
    r"|\b(?:on|from) (?:the |a )?(?:node|host|instance)\b(?: itself)?[^.]{0,60}?\bcurl\b.{0,120}?/iam/security-credentials/? (?:prints?|returns?|shows?|gives?|works?)\b(?! (?:nothing|no|an? error|40\d)\b)"
    r"|(?<!exec )\bcurl (?:-\S+ |'[^']{1,80}' |\"[^\"]{1,80}\" ){0,8}\S{0,8}169\.254\.169\.254/latest/meta-data/iam/security-credentials/? (?!curl|\$)[\w+=,.@-]{1,64} \S{0,40}[$#] "
    rf"|\b(?:on|from) the host\b(?:{_NOT}[^.]){{0,60}}?\b(?:works?|fine|ok|succeeds?)\b(?:{_NOT}[^.]){{0,40}}?\b(?:instance (?:profile|role)|EC2)\b"
    rf"|\bthe host\b(?:{_NOT}[^.]){{0,60}}?\b(?:gets?|has|uses)\b(?:{_NOT}[^.]){{0,60}}?\binstance (?:profile|role)\b",
    re.IGNORECASE | re.ASCII,
)
# A container on the host's network is no hop further away than the host.
_HOST_NETWORK = r"(?:--net(?:work)?[= ]host\b|\bhost network(?:ing)?\b|\bnetwork_mode: ?[\"']?host\b|\bhostNetwork(?:: ?true)?\b)"
_WORKS_ON_HOST_NETWORK = lazy_pattern(
    rf"{_HOST_NETWORK}(?:{_NOT}[^.\n]){{0,50}}?\b(?:works?|worked|fine|ok|succeeds?)\b(?! (?:no|not|neither|only without)\b)"
    rf"|\b(?:works?|worked|fine|ok|succeeds?) (?:{_NOT}[^.\n]){{0,50}}?{_HOST_NETWORK}",
    re.IGNORECASE | re.ASCII,
)
IN_CONTAINER = lazy_pattern(
    r"\b(?:docker|podman|nerdctl|containerd)\b|(?<!\baws )\bcontainers?\b(?! registr)",
    re.IGNORECASE | re.ASCII,
)
HIGHER_HOP_LIMIT = lazy_pattern(_HOP_LIMIT.format("(?:[2-9]|[1-6]\\d)"))
METADATA_HOP_LIMIT = CauseType(
    "metadata-hop-limit",
    title="The hop limit of the instance metadata is 1",
    text="The metadata hop limit of the instance is 1, so the IMDSv2 token does not reach containers, which are one network hop further away.",
    fix="Set the hop limit to 2, or give the container a role.",
    recognised_by="The text shows HttpPutResponseHopLimit 1 in the metadata options of the instance.",
    sign=HOP_LIMIT_OF_ONE.pattern,
    remedy="the hop limit",
    of="no-credentials",
)
_SHOW_LIMIT = "aws ec2 describe-instances --instance-ids INSTANCE_ID --region REGION --query 'Reservations[].Instances[].MetadataOptions'"
_PRINTED_ROLE = lazy_pattern(
    r"\b(?:prints?|returns?|shows?|gives?)(?: the)?(?: role)?(?: name)? ([\w+=.@]{1,40}-[\w+=.@-]{1,40}\w)",
    re.ASCII,
)
_MAX_PRINTED = 80


def works_on_host_network(text: str) -> bool:
    """Return whether a text says that a container gets the role of its instance if it uses the host's network."""
    return _WORKS_ON_HOST_NETWORK.search(text) is not None


def find_contrast(text: str) -> re.Match[str] | None:
    """Return the words that the role of the instance works outside of the container, or on the host's network."""
    return WORKS_ON_INSTANCE.search(text) or _WORKS_ON_HOST_NETWORK.search(text)


def advise(case: Case[MissingCredentials], *, timed_out: bool) -> tuple[Cause, Remedy]:
    """Return the cause and the remedy, as far as the text shows that the limit is reached."""
    timeout = "The request to the metadata service timed out." if timed_out else None
    hop_limit = METADATA_HOP_LIMIT.cause(because=timeout)
    raise_limit = hop_limit_remedy(case)
    is_container = IN_CONTAINER.search(case.text) is not None or works_on_host_network(case.text)
    if is_container and case.facts.service_account is None and not is_about_pods(case.text):
        steps = (
            *(each.partition(" In EKS,")[0] for each in raise_limit.steps),
            "New instances have the limit of their launch template (Terraform: metadata_options), or else that of the account or AMI: set HttpPutResponseHopLimit to 2 there, too. HttpTokens can stay required.",
            "Then restart the container. One on the host's network (docker run --network host) needs no change.",
        )
        raise_limit = attrs.evolve(raise_limit, title="For containers: raise the hop limit to 2", steps=steps)
    works = find_contrast(case.text)
    if works is not None:
        printed = _PRINTED_ROLE.search(case.text, works.start(), works.end() + _MAX_PRINTED)
        outside = (
            "On the host or its network, the role of the instance works: its instance profile is in order."
        )
        if printed is not None:
            outside = f"Outside the container, the metadata has the role {printed[1]}."
        hop_limit = METADATA_HOP_LIMIT.cause(because=outside)
        raise_limit = attrs.evolve(raise_limit, title="Raise the hop limit of the instance metadata to 2")
        if case.facts.service_account is not None:
            check = "The first command shows the limit. In managed node groups of EKS with Amazon Linux 2023, it is 1 by default. The IDs of the instances are in spec.providerID of the nodes."
            raise_limit = attrs.evolve(
                raise_limit,
                steps=(check, *raise_limit.steps),
                commands=(_SHOW_LIMIT, *raise_limit.commands, clusters.restart_command(case)),
            )
    return hop_limit, raise_limit


def hop_limit_remedy(case: Case[Failure]) -> Remedy:
    """Return the remedy that lets containers get the credentials of their instance.

    The region of a known instance is the default one, if nothing else states it.
    """
    needs_region = clues.find_region(case) is not None or clues.find_instance(case.text) is None
    is_pod = case.facts.service_account is not None
    return account_remedy(
        "Or raise the hop limit to 2: every pod then has the node's role"
        if is_pod
        else "In a container on EC2: raise the hop limit to 2",
        "New nodes get the limit from the launch template of their node group: set HttpPutResponseHopLimit to 2 there, too."
        if is_pod
        else "With a limit of 2, every container on the instance can use the instance's role. In EKS, give the pods their own roles instead.",
        commands=f"aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID{' --region REGION' if needs_region else ''} --http-put-response-hop-limit 2",
        url=pages.EC2_METADATA,
    )
