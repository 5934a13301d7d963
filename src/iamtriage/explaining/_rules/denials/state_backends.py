"""Explain denials of Terraform's S3 backend, which does not use the role or profile of the provider.

Source: https://developer.hashicorp.com/terraform/language/backend/s3.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.stated_policies import STATED_POLICY_CONDITION
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_PAGE = "https://developer.hashicorp.com/terraform/language/backend/s3"
_IGNORED = "https://github.com/hashicorp/terraform/pull/34511"
BACKEND_WITHOUT_ROLE = CauseType(
    "backend-without-role",
    title="Terraform's S3 backend does not use the role or profile of the provider",
    meaning="The provider block has a role or a profile, and the block of the S3 backend has none. So the backend calls S3 with the credentials of the environment.",
    recognised_by="The text has both blocks, and the bucket or table of the backend was denied.",
    fix="Set assume_role or profile in the block of the backend, too, and run terraform init -reconfigure.",
    sources=(_PAGE,),
)
WORKSPACES_LISTED = CauseType(
    "workspaces-listed",
    title="Terraform's S3 backend lists workspaces under a prefix that is not allowed",
    meaning="The backend lists the workspaces below env:/ or workspace_key_prefix, also if none are used.",
    recognised_by="The backend cannot list the workspaces, and a condition on s3:prefix in the text does not allow their prefix.",
    fix="Allow s3:ListBucket for the prefix of the workspaces, too.",
    sources=(_PAGE, _IGNORED),
)
_BACKEND = lazy_pattern(r"\b(?P<block>backend \"s3\"|data \"terraform_remote_state\" \"[\w-]{1,64}\") ?\{")
_PROVIDER = lazy_pattern(r"\bprovider \"aws\" ?\{")
_IDENTITY = lazy_pattern(
    r"\b(?P<setting>assume_role(?:_with_web_identity)?)\s{0,4}=?\s{0,4}\{[^}]{0,800}?\brole_arn\s{0,20}=\s{0,20}\"(?P<role>arn:[\w:+=,.@/-]{1,600})\"|\bprofile\s{0,20}=\s{0,20}\"(?P<profile>[\w.@+-]{1,64})\""
)
_OWN_CREDENTIALS = lazy_pattern(r"\b(?:assume_role\w*|role_arn|profile|access_key)\b")
_VALUE = lazy_pattern(r"\b(?P<name>bucket|key|dynamodb_table)\s{0,20}=\s{0,20}\"(?P<value>[^\"\n]{1,255})\"")
_OPENTOFU = lazy_pattern(r"\btofu\b")
_BRACE = lazy_pattern(r"[{}]")
_COMMENT = lazy_pattern(r"^[ \t]*(?:#|//).*$", re.MULTILINE)
_ALIAS = lazy_pattern(r"\balias\b")
_MAX_PROVIDERS = 8
_MAX_BLOCK = 4_000


def add_backend_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the backend does not use the role or profile of the provider, if the text shows that."""
    text, resource = denial.failure.text, denial.resource or ""
    found = None if "-backend-config" in text else _BACKEND.search(text)
    if found is None:
        return explanation
    providers = islice(_PROVIDER.finditer(text), _MAX_PROVIDERS)
    provider = next((each for at in providers if not _ALIAS.search(each := _read_block(text, at.end()))), "")
    block, used = _read_block(text, found.end()), _IDENTITY.search(provider)
    values = {each["name"]: each["value"] for each in _VALUE.finditer(block)}
    bucket, key, table = (values.get(name) for name in ("bucket", "key", "dynamodb_table"))
    if bucket is None or used is None or _OWN_CREDENTIALS.search(block):
        return explanation
    is_of_state = resource.split(":::")[-1].partition("/")[0] == bucket
    if not is_of_state and not (table is not None and resource.endswith(f":table/{table}")):
        return explanation
    role, profile = used["role"], used["profile"]
    if role is not None and str(denial.role) == str(try_parse_principal(role)):
        return explanation
    setting = f'{used["setting"]} = {{ role_arn = "{role}" }}' if role else f'profile = "{profile}"'
    caller = denial.caller if denial.principal is not None else "the identity of the environment"
    account = f" of account {denial.account}" if denial.account else ""
    tool = "tofu" if _OPENTOFU.search(text) else "terraform"
    state = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}"
    file = clip_text(f"{state}/{key or 'STATE_KEY'}")
    is_backend = found["block"].startswith("backend")
    unnamed = "" if denial.policy_type else " The message does not say which policy denied the call."
    remedy = your_remedy(
        f"Set {setting.partition(' ')[0]} in the backend, too",
        f"Add {setting} to {'' if is_backend else 'config in '}the block {found['block']}, or a role or profile that has access to the state.",
        f"It needs s3:ListBucket on {state}, and s3:GetObject and s3:PutObject on {file}. With use_lockfile, it also needs these two and s3:DeleteObject on {file}.tflock.",
        f"Or allow {caller} to use the state, in its own policy and, if the bucket is in another account, in the bucket policy.{unnamed}",
        commands=(f"{tool} init -reconfigure" if is_backend else f"{tool} plan",),
        url=_PAGE,
    )
    cause = BACKEND_WITHOUT_ROLE.cause(
        "derived",
        text=f"The block {found['block']} has no assume_role or profile, and the backend does not use those of a provider.",
    )
    on = f" on {clip_text(resource)}" if resource else ""
    identity = f"the role {role}" if role else f"the profile {profile}"
    summary = f'The S3 backend called as {caller}{account}, which was denied {denial.action or "access"}{on}: it does not use {identity} of the block provider "aws".'
    known = (each for each in explanation.causes if each.evidence != "possible")
    remedies = (remedy, *explanation.remedies)
    return attrs.evolve(explanation, summary=summary, causes=(cause, *known), remedies=remedies)


def add_workspace_listing(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the backend lists workspaces, if the policy in the text does not allow their prefix."""
    text = denial.failure.text
    found = next((each for each in explanation.causes if each.code == STATED_POLICY_CONDITION.code), None)
    if found is None or found.evidence != "derived" or not explanation.remedies:
        return explanation
    backend = _BACKEND.search(text)
    role = None if backend is None else _IDENTITY.search(_read_block(text, backend.end()))
    assumed = try_parse_principal(role["role"]) if role is not None and role["role"] else None
    versions = step = ""
    if _OPENTOFU.search(text) is None and "workspace_key_prefix" not in text:
        versions = (
            " Terraform 1.6 fails if that is denied. Versions before 1.6 ignore it, and so do 1.7 and later."
        )
        step = (
            "Or upgrade Terraform to 1.7 or later, which ignores this denial: then no policy has to change."
        )
    cause = WORKSPACES_LISTED.cause(
        "derived",
        text=f"The backend lists the workspaces, also if none are used: below env:/, unless workspace_key_prefix sets another prefix.{versions}",
    )
    first = explanation.remedies[0]
    if step:
        first = attrs.evolve(first, steps=(*first.steps, step))
    summary, name = explanation.summary, getattr(assumed, "name", None)
    if name is not None and denial.principal is None:
        # Otherwise, STS would have denied that.
        summary = summary.replace(
            "The caller was denied", f"The role {name}, which the backend assumes, was denied"
        )
    known = (each for each in explanation.causes if each.evidence != "possible" and each is not found)
    return attrs.evolve(explanation, summary=summary, causes=(found, cause, *known), remedies=(first,))


def _read_block(text: str, start: int) -> str:
    """Return the content of a block that begins at a position, without its closing brace and comments."""
    depth = 1
    content = _COMMENT.sub("", text[start : start + _MAX_BLOCK])
    for found in _BRACE.finditer(content):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return content[: found.start()]
    return content
