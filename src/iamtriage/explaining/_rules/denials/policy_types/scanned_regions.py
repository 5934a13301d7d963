"""Explain that a program calls every Region, and a policy denies those that an organization does not use.

Sources: https://docs.ansible.com/ansible/latest/collections/amazon/aws/aws_ec2_inventory.html,
https://hub.steampipe.io/plugins/turbot/aws, https://docs.prowler.com,
https://cloudcustodian.io/docs/quickstart/advanced.html, https://github.com/nccgroup/ScoutSuite/wiki and
https://github.com/gruntwork-io/cloud-nuke.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import upper_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.regions import find_working_regions
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.conditions.denied_regions import find_allowed_regions
from iamtriage.explaining._rules.denials.conditions.deny_conditions import GLOBAL_SERVICES
from iamtriage.explaining._rules.denials.denies.landing_zones import DENIED_REGION
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_DENIES
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start


class _Program(NamedTuple):
    """A program that calls every Region.

    Attributes:
        name: What it is called.
        sign: What shows that it ran, and calls every Region.
        limit: What limits it to some Regions, or an empty string if the sign contains the setting.
        setting: The setting of the Regions, with what to write for each and between them.
        note: What else to know.
    """

    name: str
    sign: re.Pattern[str]
    limit: str
    setting: tuple[str, str, str]
    note: str | None = None


_LOOP = "the loop over the Regions"
_PROGRAMS = (
    _Program(
        "the inventory plugin of Ansible",
        lazy_pattern(r"\bplugin:\s{0,4}[\"']?(?:amazon\.aws\.)?aws_(?:ec2|rds)\b|\baws_(?:ec2|rds)\.ya?ml\b"),
        r"(?m:^ {0,4}regions:)",
        ("regions: [", "{}", ", "),
        "strict_permissions: false would only hide the error, and others that matter.",
    ),
    _Program(
        "Steampipe",
        lazy_pattern(r"\bregions {0,10}= {0,4}\[ {0,4}\"(?:[a-z]{2}-)?\*\"(?=[^\]\n]{0,80}\])"),
        "",
        ("regions = [", '"{}"', ", "),
    ),
    _Program(_LOOP, lazy_pattern(r"\b(?:describe_regions|get_available_regions|describeRegions|DescribeRegions(?:Command)?)\(|\bfor \w+ in [^\n]{0,80}\bec2 describe-regions\b|\bec2 describe-regions\b[^\n]{0,200}\|\s?(?:xargs|while|parallel)\b"), "", ("", "{}", ", "), "Or catch the error for each Region, and go on with the next one."),
    _Program("Cloud Custodian", lazy_pattern(r"\bcustodian\b[^\n]{0,200} (?:--region|-r)[ =]all\b"), "", ("", "--region {}", " ")),
    _Program("Prowler", lazy_pattern(r"\bprowler (?:-|aws\b)"), r"\bprowler\b[^\n]{0,200} (?:-f|--(?:filter-)?region)\b", ("--region ", "{}", " ")),
    _Program("Scout Suite", lazy_pattern(r"\bscout(?:\.py)? aws\b"), r"\bscout(?:\.py)? aws\b[^\n]{0,200} --regions\b", ("--regions ", "{}", " ")),
    _Program("cloud-nuke", lazy_pattern(r"\bcloud-nuke (?:aws|inspect-aws|defaults-aws)\b"), r"\bcloud-nuke\b[^\n]{0,200} --region\b", ("", "--region {}", " ")),
)  # fmt: skip
_REQUESTED_REGION = lazy_pattern(r"(?i:aws:RequestedRegion)")
_CLOSING = {"[": "]", "": "", " ": ""}
# Calls that need no parameter.
_PLAIN = lazy_pattern(
    r"(?:ec2|rds):Describe(?:DB)?(?:Clusters|Images|Instances|Snapshots|Subnets|Volumes|Vpcs)"
)
_WORDS = lazy_pattern(r"(?<=[a-z])(?=[A-Z])|(?<=DB)(?=[A-Z])")
_USUAL = ("us-east-1", "eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-2")


def add_scanned_regions(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a program calls every Region, so that it also calls those that the Deny is about."""
    text, (start, end) = denial.failure.text, denial.failure.span
    program = next((each for each in _PROGRAMS if each.sign.search(text)), None)
    if program is None or (program.limit and re.search(program.limit, text)):
        return explanation
    if denial.service in {*GLOBAL_SERVICES, "s3"} or denial.lowercase_action == "ec2:describeregions":
        return explanation
    is_stated = any(each.code == STATED_POLICY_DENIES.code for each in explanation.causes)
    if is_stated and not _REQUESTED_REGION.search(text):
        return explanation  # the statement is about something else
    regions = find_allowed_regions(text, "") or find_working_regions(text, start, end)
    before, each, between = program.setting
    values = between.join(map(each.format, regions or ("REGION",)))
    setting = f"{before}{values}{_CLOSING[before[-1:]]}"
    other = next(region for region in _USUAL if region not in regions)
    check = None
    if denial.action is not None and _PLAIN.fullmatch(denial.action):
        service, _, call = denial.action.partition(":")
        check = f"aws {service} {_WORDS.sub('-', call).lower()} --region {other}"
    among = f"To show that, call a Region that is not allowed: it gives the same error, and {regions[0] if regions else 'an allowed one'} gives none."
    remedy = your_remedy(
        f"Limit {program.name} to the Regions that you use: {setting}",
        f"{upper_first(denial.caller)} and the policy with the Deny need no change.",
        program.note,
        among if check else None,
        commands=present(check),
        url=DENIED_REGION.sources[0],
    )
    name = capitalize_start(program.name)
    unless = (
        ""
        if program.name == _LOOP
        else " unless a setting limits it: AWS_REGION and the Region of a profile do not"
    )
    text = f"{name} calls every Region{unless}. One Region that the Deny is about is enough for this error, while the same call succeeds in others."
    verdict = f"Most likely, that was in a Region that the policy blocks: {program.name} calls all Regions"
    known = (cause for cause in explanation.causes if cause.evidence != "possible")
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} {verdict}.",
        causes=(*known, DENIED_REGION.cause("derived", text=text)),
        remedies=(remedy,),
        notes=(),
    )
