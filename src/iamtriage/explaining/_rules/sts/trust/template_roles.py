"""Find the role that a template in the text defines, and write its corrected trust policy for the template."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.coded_principals import CodedPrincipal, find_coded_principals
from iamtriage.explaining._context.readers.terraform_code import find_steps
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.kubernetes.manifests import write_yaml
from iamtriage.explaining._rules.sts.trust.trust_fixes import WHOLE_DOCUMENT

_POLICY = lazy_pattern(r"\bAssumeRolePolicyDocument:|\bassume_role_policy\s{1,20}= jsonencode\(")
_OTHER_KEY = lazy_pattern(
    r"\b(?:Policies|ManagedPolicyArns|RoleName|Path|Tags|tags)\b[^\n]{0,4}[:=]|\n\}|^\)", re.MULTILINE
)
_REFERENCE = lazy_pattern(
    r"!(?:Sub|Ref|GetAtt|Join|If)\b|\bFn::|\$\{|\b(?:var|local|data|module)\.|\baws_\w+\."
)


def find_template_role(text: str) -> CodedPrincipal | None:
    r"""Return the only role whose trust policy is in a template in the text.

    >>> template = "  AppRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: app\n      AssumeRolePolicyDocument:\n"
    >>> find_template_role(template).name
    'app'
    """
    roles = find_coded_principals(text)
    policy = _POLICY.search(roles[0].body) if len(roles) == 1 else None
    # What a reference stands for is not known.
    if policy is None or _REFERENCE.search(_OTHER_KEY.split(policy.string[policy.end() :], 1)[0]) is not None:
        return None
    return roles[0]


def change_template_remedy(text: str, remedy: Remedy, *last: str) -> Remedy | None:
    """Return a remedy that changes a trust policy in the template in the text instead, or ``None`` without one."""
    role = find_template_role(text)
    if role is None or remedy.policy is None or remedy.layer != "role_trust":
        return None
    step = (
        f"In the template, replace the AssumeRolePolicyDocument of {role.address} with this one, and deploy."
    )
    manifest = "\n".join(("AssumeRolePolicyDocument:", *(f"  {line}" for line in write_yaml(remedy.policy))))
    if role.is_terraform:
        step = f"In the code, replace the assume_role_policy of {role.address} with this one, and apply."
        manifest = f"assume_role_policy = jsonencode({json.dumps(remedy.policy, indent=2)})"
    return change_policy_in_code(
        remedy, step, *last, manifest=manifest, language="hcl" if role.is_terraform else "yaml"
    )


def change_policy_in_code(
    remedy: Remedy,
    step: str,
    *last: str,
    manifest: str,
    language: Literal["yaml", "hcl", "text"],
    commands: tuple[str, ...] = (),
) -> Remedy:
    """Return a remedy for a trust policy as one that changes the code which deploys the policy."""
    kept = filter(None, (each.removeprefix(WHOLE_DOCUMENT).strip() for each in remedy.steps))
    return attrs.evolve(
        remedy,
        who="you",
        steps=(step, *kept, *last),
        commands=commands,
        policy=None,
        layer=None,
        manifest=manifest,
        manifest_language=language,
    )


def find_trusting_role(case: Case[Any] | Denial) -> str | None:
    """Return the name of the only role that Terraform creates, or whose trust policy is in the text."""
    text = case.failure.text
    stated = [each.name for each in find_coded_principals(text) if each.is_terraform]
    stated += (each.id for each in find_steps(text, "aws_iam_role") if each.what.endswith("complete"))
    names: set[str] = set(filter(None, stated))
    owners = (each.owner for each in case.context.policies if each.is_trust_policy)
    names = names or {owner[1] for owner in owners if owner is not None}
    if not names and (role := find_template_role(text)) is not None:
        names = {role.name} if role.name else set()
    return names.pop() if len(names) == 1 else None
