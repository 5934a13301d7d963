"""Read a trust policy or its role from code or a template, and correct it there.

Code refers to the OIDC provider instead of naming it, as in ``aws_iam_openid_connect_provider.eks.arn``. Whom the role
trusts is known nevertheless: the claims and their values are written out.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.coded_principals import CodedPrincipal, find_coded_principals
from iamtriage.explaining._context.readers.terraform_code import find_resources, find_steps
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._rules.basics import Case, Denial, Remedy
from iamtriage.explaining._rules.shared.kubernetes.manifests import write_yaml
from iamtriage.explaining._rules.shared.policies.corrected_patterns import find_only_line
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.sts.trust.token_forms import GITHUB
from iamtriage.explaining._rules.sts.trust.trust_fixes import WHOLE_DOCUMENT
from iamtriage.policies._readers.elements import (
    as_mapping,
    as_strings,
    iterate_conditions,
    iterate_statements,
    principal_names,
)
from iamtriage.policies._readers.unknown_values import has_reference

_POLICY = lazy_pattern(r"\bAssumeRolePolicyDocument:|\bassume_role_policy\s{1,20}= jsonencode\(")
_OTHER_KEY = lazy_pattern(
    r"(?m)\b(?:Policies|ManagedPolicyArns|RoleName|Path|Tags|tags)\b[^\n]{0,4}[:=]|\n\}|^\)"
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


def change_template_remedy(
    text: str, remedy: Remedy, *last: str, address: str | None = None
) -> Remedy | None:
    """Return a remedy that changes a trust policy in the template instead, or ``None`` without one.

    Args:
        text: The text, which can have the template.
        remedy: The remedy by hand.
        last: Further steps.
        address: The role in a template that the text does not have.
    """
    role = find_template_role(text)
    address = address if role is None else role.address
    if address is None or remedy.policy is None or remedy.layer != "role_trust":
        return None
    step = f"In the template, replace the AssumeRolePolicyDocument of {address} with this one, and deploy."
    manifest = "\n".join(("AssumeRolePolicyDocument:", *(f"  {line}" for line in write_yaml(remedy.policy))))
    is_terraform = role is not None and role.is_terraform
    if is_terraform:
        step = f"In the code, replace the assume_role_policy of {address} with this one, and apply."
        manifest = f"assume_role_policy = jsonencode({json.dumps(remedy.policy, indent=2)})"
    return change_policy_in_code(
        remedy, step, *last, manifest=manifest, language="hcl" if is_terraform else "yaml"
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
    return only_one(names)


_PROVIDER = "oidc-provider/"
_CLAIM = lazy_pattern(r"(?s)(?P<issuer>.*):(?P<claim>sub|aud)")
# The issuer of the subjects of a form, unless the code names it.
_ISSUERS = (
    ("repo:", GITHUB),
    ("project_path:", "gitlab.com"),
    ("organization:", "app.terraform.io"),
    ("system:serviceaccount", "oidc.eks.REGION.amazonaws.com/id/OIDC_ID"),
)
_HCL = lazy_pattern(
    r"\bdata \"aws_iam_policy_document\"|\bvariable\s{1,20}= \"[^\"\n]{1,300}:sub\"|\bresource \"aws_iam_role\"|\bjsonencode\("
)
_CDK = lazy_pattern(r"\biam\.\w{2,40}Principal\(|\bnew \w{0,4}\.?\w{2,40}Principal\(")
_MAX_LINES, _SCHEME = 4, "https://"
# What ends a string in code, or evaluates an expression in it.
_ENDS_STRING = lazy_pattern(r"[\"'\\`]|[$%#]\{")
# What has a scheme: the issuer of a cluster, and an output of the module terraform-aws-modules/eks/aws.
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/eks_cluster
_URL = lazy_pattern(
    r"(?:[\w.\[\]-]{1,120}\.identity(?:\[0\]|\.0)\.oidc(?:\[0\]|\.0)\.issuer|module\.[\w.\[\]-]{1,80}\.cluster_oidc_issuer_url)"
)
_LOCAL = lazy_pattern(r"local\.(\w{1,64})")
_CLAIM_OF_REFERENCE = lazy_pattern(
    r"(?m)^(?P<line>[^\n]{0,80}(?P<reference>\$\{[^{}\"\n]{1,200}\}):(?P<claim>sub|aud)\b[^\n]{0,200})$"
)


class TemplateTrust(NamedTuple):
    """The trust policy of a role in code.

    Attributes:
        policy: The policy, with the provider's ARN and name in place of references to them.
        text: The text with the code.
    """

    policy: dict[str, Any]
    text: str


def find_template_trust(
    policies: Sequence[Document], text: str, *, issuer: str | None, location: tuple[str, str]
) -> TemplateTrust | None:
    """Return the only trust policy in code that is for an OIDC provider, if whom it trusts is known.

    Args:
        policies: The policies in the text.
        text: The text.
        issuer: The issuer of the token without its scheme, if it is known.
        location: The partition and the account of the role.
    """
    found = [each for each in policies if each.is_trust_policy and _names_provider(each.content)]
    if len(found) != 1 or not (found[0].is_code or found[0].has_references):
        return None
    policy = copy.deepcopy(dict(found[0].content))
    named, of_form = _find_issuers(policy)
    urls = {each.text_of("url") or "" for each in find_resources(text, "aws_iam_openid_connect_provider")}
    created = urls.pop().removeprefix(_SCHEME).rstrip("/") if len(urls) == 1 else None
    issuer = created or named or issuer or of_form or "ISSUER"
    arn = f"arn:{location[0]}:iam::{location[1]}:{_PROVIDER}{issuer}"
    for statement in iterate_statements(policy):
        principals, conditions = (
            as_mapping(statement.get("Principal")),
            as_mapping(statement.get("Condition")),
        )
        if "Federated" in principals and has_reference(principals["Federated"]):
            principals["Federated"] = arn
        for operator, block in conditions.items():
            conditions[operator] = {
                _fill_key(key, issuer, text): value for key, value in as_mapping(block).items()
            }
    return None if has_reference(policy) else TemplateTrust(policy, text)


def _names_provider(policy: Mapping[str, Any]) -> bool:
    named = [
        each for statement in iterate_statements(policy) for each in principal_names(statement, "Federated")
    ]
    return bool(named) and not any("saml" in each.lower() for each in named)


def _find_issuers(policy: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the only issuer that a policy names, and the one whose form its subjects have."""
    named: set[str] = set()
    subjects: list[str] = []
    for statement in iterate_statements(policy):
        named.update(each.partition(_PROVIDER)[2] for each in principal_names(statement, "Federated"))
        for _, key, values in iterate_conditions(statement):
            if (found := _CLAIM.fullmatch(key)) is not None:
                named.add(found["issuer"].removeprefix(_SCHEME))
                subjects += values
    literal = {each for each in named if each and not has_reference(each)}
    forms = (issuer for start, issuer in _ISSUERS if any(each.startswith(start) for each in subjects))
    return only_one(literal), next(forms, None)


def _fill_key(key: str, issuer: str, text: str) -> str:
    found = _CLAIM.fullmatch(key)
    if found is None or not has_reference(found["issuer"]):
        return key
    return f"{_SCHEME if _find_url(text, found['issuer']) else ''}{issuer}:{found['claim']}"


def _find_url(text: str, reference: str) -> tuple[str, str] | None:
    """Return the code in which a reference is the URL of an issuer, with its scheme, and the expression for it."""
    expression = reference[2:-1].strip()
    if (local := _LOCAL.fullmatch(expression)) is None:
        return (reference, expression) if _URL.fullmatch(expression) else None
    values = re.findall(
        rf"^[ \t]*({local[1]}[ \t]*=[ \t]*([^\n#]{{1,200}}?))[ \t]*(?:#[^\n]*)?$", text, re.MULTILINE
    )
    return values[0] if len(values) == 1 and _URL.fullmatch(values[0][1]) else None


def correct_in_template(template: TemplateTrust, remedy: Remedy) -> Remedy:
    """Return a remedy that changes the code in place of the policy that it deploys."""
    if remedy.policy is None or remedy.layer != "role_trust":
        return remedy
    lines = _change_lines(template.text, list(_find_changes(template.policy, remedy.policy)))
    if not lines or len(lines) > _MAX_LINES or find_placeholders("\n".join(lines)):
        step = "The code in the text creates the role: make the same change there, because the next deployment overwrites it."
        return attrs.evolve(remedy, steps=(*remedy.steps, step))
    is_hcl, is_cdk = _HCL.search(template.text) is not None, _CDK.search(template.text) is not None
    deploy = ("terraform apply",) if is_hcl else ("cdk deploy",) if is_cdk else ()
    what = ("the line", "the one") if len(lines) == 1 else ("the lines", "the ones")
    step = f"In the code, change {what[0]} to {what[1]} below{'' if deploy else ', and deploy it'}."
    if "\n" in lines[0]:
        step = f"In the code, move the key to a block of its own, as below{'' if deploy else ', and deploy it'}. The other keys stay where they are."
    kept = None
    if any("replace(" in each for each in lines):
        kept = f"The issuer is a URL with {_SCHEME}, which replace() removes. The url of the IAM OIDC provider keeps it, and the service account stays as it is."
    language: Literal["hcl", "text"] = "hcl" if is_hcl else "text"
    return change_policy_in_code(
        remedy, step, *present(kept), manifest="\n".join(lines), language=language, commands=deploy
    )


def _find_changes(before: object, after: object) -> Iterator[tuple[str, str]]:
    """Yield the strings of a document that change, each with what replaces it; nothing replaces an unknown one.

    If a value is added, what replaces the last one is both of them, on lines of their own.

    >>> list(_find_changes({"Sid": 1, "Action": "sts:A"}, {"Sid": 1, "Action": "sts:B"}))
    [('sts:A', 'sts:B')]
    >>> list(_find_changes({"Action": []}, {"Action": ["sts:A"]}))
    [('', '')]
    """
    old, new = as_mapping(before), as_mapping(after)
    if old and new:
        removed, added = [key for key in old if key not in new], [key for key in new if key not in old]
        if (moved := _find_moved_key(old, new)) is not None:
            operator, _, key = moved[0].partition("\n")
            yield moved
            yield from _find_changes(as_mapping(old[operator])[key], as_mapping(new[moved[1]])[key])
            return
        if len(removed) != len(added):
            yield "", ""
            return
        for key, other in zip(removed, added, strict=True):
            yield key, other
            yield from _find_changes(old[key], new[other])
        for key in old.keys() & new.keys():
            yield from _find_changes(old[key], new[key])
        return
    old_values, new_values = _as_list(before), _as_list(after)
    is_list = isinstance(before, list) or isinstance(after, list)
    has_others = not all(isinstance(each, str) for each in old_values)
    if is_list and has_others and len(old_values) == len(new_values):
        for pair in zip(old_values, new_values, strict=True):
            yield from _find_changes(*pair)
        return
    removed = [each for each in as_strings(old_values) if each not in new_values]
    added = [each for each in as_strings(new_values) if each not in old_values]
    if len(removed) == len(added) == 1:
        yield removed[0], added[0]
    elif len(added) == 1 and old_values and not removed:
        yield str(old_values[-1]), f"{old_values[-1]}\n{added[0]}"
    elif old_values != new_values:
        yield "", ""


def _find_moved_key(old: dict[str, object], new: dict[str, object]) -> tuple[str, str] | None:
    """Return the operator of the only key that moves to another one, together with the key, and the new operator."""
    moved = [
        (f"{operator}\n{key}", other)
        for operator, block in old.items()
        for key in as_mapping(block)
        for other, its in new.items()
        if key not in as_mapping(new.get(operator)) and key in as_mapping(its)
    ]
    return only_one(moved)


def _as_list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _change_lines(text: str, changes: Sequence[tuple[str, str]]) -> list[str]:
    """Return the lines of the code with other values; none if a change does not belong to a line of its own."""
    changed: dict[str, str] = {}
    for before, after in changes:
        line, old, new = _find_line(text, before, after)
        if not line or _ENDS_STRING.search(after):
            return []
        changed[line] = _change_line(changed.get(line, line), old, new)
    return list(changed.values())


def _find_line(text: str, old: str, new: str) -> tuple[str, str, str]:
    """Return the only line with a value, the value as the code has it, and what replaces it; an empty line for none."""
    operator, _, key = old.partition("\n")
    if key:
        return _find_operator(text, operator, key), operator, new
    if old == f"{_SCHEME}{new}":
        found = (
            each for each in _CLAIM_OF_REFERENCE.finditer(text) if each["claim"] == new.rpartition(":")[2]
        )
        for each in found:
            if (url := _find_url(text, each["reference"])) is not None:
                old, new = url[0], url[0].replace(url[1], f'replace({url[1]}, "{_SCHEME}", "")')
                # For a local value, return the line with its name.
                return each["line"].strip() if old in each["line"] else old, old, new
    claims = _CLAIM.fullmatch(old), _CLAIM.fullmatch(new)
    if claims[0] is not None and claims[1] is not None and claims[0]["issuer"] == claims[1]["issuer"]:
        # The code can have a reference in place of the issuer.
        old, new = f":{claims[0]['claim']}", f":{claims[1]['claim']}"
    return find_only_line(text, _value_pattern(old)) if old else "", old, new


_OPENS_BLOCK = lazy_pattern(r"[\"']?\w{4,40}[\"']? ?[:=] ?(?P<brace>\{?)")


def _find_operator(text: str, operator: str, key: str) -> str:
    """Return the line of an operator next to that of a key, or an empty one if that is not clear."""
    lines = text.split("\n")
    claim = _value_pattern(f":{key.rpartition(':')[2]}")
    found = [number for number, line in enumerate(lines) if claim.search(line)]
    near = range(found[0] - 2, found[0] + 3) if len(found) == 1 else range(0)
    named = {
        lines[number].strip() for number in near if 0 <= number < len(lines) and operator in lines[number]
    }
    is_alone = sum(":" in line and _CLAIM.search(line) is not None for line in lines) == 1
    line = only_one(named, "")
    if is_alone or "test" in line:
        return line
    # In an object, an operator can have several keys: this one gets a block of its own.
    moved, opened = lines[found[0]].strip().rstrip(",") if found else "", _OPENS_BLOCK.fullmatch(line)
    is_whole = opened is not None and moved[-1:] not in {"", ":", "[", "{", "("}
    return "\n".join((line, f"  {moved}", *opened["brace"].replace("{", "}"))) if opened and is_whole else ""


def _change_line(line: str, old: str, new: str) -> str:
    more = new.partition("\n")[2]
    if not more:
        return line.replace(old, new)
    quote = line[line.find(old) - 1]
    if quote not in "\"'":
        return line.replace(old, f'["{old}", "{more}"]')
    both = f"{quote}{old}{quote}, {quote}{more}{quote}"
    return line.replace(f"{quote}{old}{quote}", both if "[" in line.partition(old)[0] else f"[{both}]")


def _value_pattern(value: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(value)}(?![^\W_])")
