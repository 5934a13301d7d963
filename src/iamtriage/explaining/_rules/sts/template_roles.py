"""Find the role that a template in the text defines, and write its corrected trust policy for the template."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.manifests import write_yaml
from iamtriage.explaining._rules.sts.trust_fixes import WHOLE_DOCUMENT

# A role in a template of CloudFormation in YAML, and one in Terraform with its policy in place.
_ROLE = lazy_pattern(
    r"^(?P<indent>[ \t]{0,12})(?P<logical>[A-Za-z][A-Za-z0-9]{0,254}):[ \t]*\r?\n(?P=indent)[ \t]+Type:[ \t]*[\"']?AWS::IAM::Role\b(?P<body>(?:[^\n]{0,300}\r?\n(?!(?P=indent)[A-Za-z])){1,80})"
    r"|\bresource \"aws_iam_role\" \"(?P<label>[\w-]{1,64})\" \{(?P<block>(?:[^\n]{0,300}\n(?!\})){1,60})",
    re.MULTILINE,
)
_POLICY = lazy_pattern(r"\bAssumeRolePolicyDocument:|\bassume_role_policy\s{1,20}= jsonencode\(")
_OTHER_KEY = lazy_pattern(
    r"\b(?:Policies|ManagedPolicyArns|RoleName|Path|Tags|tags)\b[^\n]{0,4}[:=]|\n\}|^\)", re.MULTILINE
)
_REFERENCE = lazy_pattern(
    r"!(?:Sub|Ref|GetAtt|Join|If)\b|\bFn::|\$\{|\b(?:var|local|data|module)\.|\baws_\w+\."
)
_NAME = lazy_pattern(
    r"(?:\bRoleName:[ \t]*[\"']?|\bname\s{1,20}= \")(?P<name>[\w+=,.@-]{1,64})(?=[\"'\s])", re.ASCII
)


class TemplateRole(NamedTuple):
    """A role in a template: its logical ID or label, its name or an empty string, and whether it is Terraform."""

    logical_id: str
    name: str
    is_terraform: bool


def find_template_role(text: str) -> TemplateRole | None:
    r"""Return the only role whose trust policy is in a template in the text.

    >>> template = "  AppRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: app\n      AssumeRolePolicyDocument:\n"
    >>> find_template_role(template)
    TemplateRole(logical_id='AppRole', name='app', is_terraform=False)
    """
    roles = list(_ROLE.finditer(text))
    if len(roles) != 1:
        return None
    body = roles[0]["body"] or roles[0]["block"]
    policy = _POLICY.search(body)
    # What a reference stands for is not known.
    if policy is None or _REFERENCE.search(_OTHER_KEY.split(body[policy.end() :], 1)[0]) is not None:
        return None
    name = _NAME.search(body)
    return TemplateRole(
        roles[0]["logical"] or f"aws_iam_role.{roles[0]['label']}",
        name["name"] if name else "",
        roles[0]["label"] is not None,
    )


def change_template_remedy(text: str, remedy: Remedy, *last: str) -> Remedy | None:
    """Return a remedy that changes a trust policy in the template in the text instead, or ``None`` without one."""
    role = find_template_role(text)
    if role is None or remedy.policy is None or remedy.layer != "role_trust":
        return None
    step = f"In the template, replace the AssumeRolePolicyDocument of {role.logical_id} with this one, and deploy."
    manifest = "\n".join(("AssumeRolePolicyDocument:", *(f"  {line}" for line in write_yaml(remedy.policy))))
    if role.is_terraform:
        step = f"In the code, replace the assume_role_policy of {role.logical_id} with this one, and apply."
        manifest = f"assume_role_policy = jsonencode({json.dumps(remedy.policy, indent=2)})"
    return attrs.evolve(
        remedy,
        who="you",
        steps=(
            step,
            *filter(None, (each.removeprefix(WHOLE_DOCUMENT).strip() for each in remedy.steps)),
            *last,
        ),
        commands=(),
        policy=None,
        layer=None,
        manifest=manifest,
        manifest_language="hcl" if role.is_terraform else "yaml",
    )
