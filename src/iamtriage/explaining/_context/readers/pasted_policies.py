"""Find the policies that a text contains: as JSON, in code and in templates."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.documents import FoundDocument, decode_members
from iamtriage.explaining._context.readers.policy_headings import (
    find_heading,
    find_owner_in_heading,
    find_stored_name,
)
from iamtriage.explaining._context.readers.policy_versions import find_other_version, find_printed_name
from iamtriage.explaining._context.readers.said_trust import find_said_subjects
from iamtriage.explaining._context.readers.session_policies import SESSION_POLICY, is_session_policy
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._context.readers.unique_values import stated_partition
from iamtriage.explaining._context.values import Document
from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_statements
from iamtriage.policies._readers.unknown_values import has_reference, resolve_functions

_TRUST_ACTIONS = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:*")
# A line that consists of the name of a file, after a comment mark, a prompt with cat or the marks of Markdown.
_NAME = r"(?P<file>(?:[\w.-]{1,64}/){0,8}[\w.-]{1,64}\.(?:tf|tofu|hcl|ya?ml|json|[jt]sx?|mjs|py|rb|php|kt|rs|go|cs|java))"
_FILE = lazy_pattern(
    r"(?m)^(?:[^\n]{0,200}\. )?[^\S\n]{0,8}(?:(?:#{1,6}|//)(?: ?[Ff]rom\b)?|--{1,3}|>{1,2}|\*{1,2}|<!--|```\w{0,12}|(?:[^\n$%#]{0,40}[$%#]|\+{1,3}) ?(?:cat|less|bat|nl|(?:head|tail)(?: -[n\d ]{1,8})?|sed -n [\w,;$'\"]{1,20})|File:?)?[^\S\n]{0,4}"
    rf"[`*\"']{{0,2}}{_NAME}[`*\"']{{0,2}}"
    r"(?: (?:has|says|contains))?[^\S\n]{0,2}(?::|-->|-{1,3})?[^\S\n]{0,4}$"
)
# A comment that says more about the file than its name, and a heading that names it: "# iam.tf, applied yesterday", "the role has (iam.tf):".
_FILE_IN_COMMENT = lazy_pattern(
    rf"(?m)^[^\S\n]{{0,8}}(?:(?:#{{1,6}}|//)[^\S\n]{{0,4}}|(?![^\n]{{0,80}}(?:\b(?:[Aa]nother|[Oo]ld|other|never|not|could|plan|previous|should|was|were|would)|n['’]t)\b)[A-Za-z][^\n{{}}=\"():]{{0,80}} (?:in |\())`?{_NAME}(?:(?:,| \()[^\n{{}}=]{{1,100}}|`?\)?:)[^\S\n]{{0,4}}$"
)
# The command that prints an inline policy, with nothing but its output up to the policy.
_OWNER = lazy_pattern(
    r"(?a)\baws iam get-(?P<kind>role|user)-policy\b[^\n|;&]{0,200}? --(?P=kind)-name[ =][\"']?(?P<name>[\w+=,.@-]{1,64})[^\n]{0,300}\n(?:(?![$#%❯] |aws )[^\n]{0,400}\n){0,12}(?![^\n]*(?:[$#%❯] |aws ))[^\n]{0,400}\Z"
)
# What prints only a part of the output of a command.
_FILTER = lazy_pattern(
    r" --query[ =](?![\"']?PolicyDocument(?:\.Statement(?:\[\*?\])?)?[\"']?(?:\s|$))|\|(?! ?jq(?: -[a-zA-Z]){0,2}(?: [\"']?\.(?:PolicyDocument)?[\"']?)?[ \t\r]*\n)"
)
# The command that prints a role, and words that introduce its trust policy.
_TRUSTING_ROLE = lazy_pattern(
    r"(?a)\baws iam get-role [^\n|;&]{0,200}?--role-name[ =][\"']?(?P<printed>[\w+=,.@-]{1,64})"
    r"|(?i:trust (?:policy|relationships?))(?: of| for| on)?(?: the)?(?: IAM)?(?: role)? [`\"']?(?:arn:aws[a-z-]{0,12}:iam::\d{12}:role/(?:[\w+=,.@-]{1,128}/){0,6})?(?P<after>(?!(?:conditions?|statements?|documents?|json|below|above|now|arn|of|for|on|the|an?|IAM|role|it|that|this|target|other|assumed|destination|execution|[mM]y|our|their|your)\b(?!-))[\w+=,.@-]{2,64})[`\"']?(?: role)?[^\S\n]{0,4}[:(]"
    r"|(?i:\brole)[ /][`\"']?(?P<before>[\w+=,.@-]{2,63}[\w+=@-])[`\"']?(?![\w/])[^\n.]{0,40}?\b(?i:trust(?:s?:| (?:policy|relationships?)))"
)
# The members of a condition, and the key for the subject of a token.
_CONDITIONS = lazy_pattern(
    r"(?:\"(?:For(?:Any|All)Values?:)?String(?:Not)?(?:Equals|Like)(?:IgnoreCase)?\"\s{0,8}:\s{0,20}\{(?:[^{}]|(?<=\")\{[\w-]{1,80}\}){1,2000}+\}\s{0,20},?\s{0,40}){1,4}"
)
# The same in Terraform: blocks without the data source around them.
_CODED_CONDITIONS = lazy_pattern(
    r"(?:\bcondition\s{0,4}\{(?:[^{}$]|\$(?:\{[^{}\n]{0,400}\})?){1,1000}+\}\s{0,80}){1,6}"
)
# The principal of a trust policy, as people quote it.
_PRINCIPAL = lazy_pattern(
    r"\bPrincipal[\"'`]?\s?[:=]?\s?\{\s{0,8}[\"']?AWS[\"']?\s?[:=]\s?(?P<names>\[[^\]{}]{1,2000}\]|[\"']?(?:arn:[^\s\"'{}]{1,700}|A(?:ROA|IDA)[A-Z0-9]{12,124})[\"']?)\s{0,8}\}"
)
_PRINCIPAL_NAME = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:(?:iam|sts)::\d{12}:[\w+=,.@*/-]{1,600}|\bA(?:ROA|IDA)[A-Z0-9]{12,124}\b"
)
# What the AWS CLI and a restored response have before the trust policy.
_PRINTED_TRUST = '"AssumeRolePolicyDocument": '
# A unique ID as people say where they see it.
_TRUSTED_ID = lazy_pattern(
    r"\b(?i:trust(?:ed)? (?:policy|relationships?|entit(?:y|ies)))(?:(?: of (?P<role>[\w/-]{1,64}))?(?: now)? (?:contains|has|is|lists|names|says|shows|trusts)|:)(?: [\w:]+){0,5} [`\"'(]{0,2}A(?:ROA|IDA)[A-Z0-9]{12,124}\b(?!:)"
    r"|\bA(?:ROA|IDA)[A-Z0-9]{12,124}\b(?!:)[`\"')]{0,2}(?: (?!id\b)\w+){0,3} in (?:the|its|this|that) (?:role's )?trust (?:policy|relationship)"
)
_SUBJECT_KEY = lazy_pattern(
    r"(?a)\"(?P<issuer>[\w.-]{1,100}(?:/[\w./-]{1,150})?|\$\{[^{}\n\"]{1,200}\}):sub\""
)
_ROLE = lazy_pattern(r"(?a)\barn:(?P<partition>aws[a-z-]{0,12}):iam::(?P<account>\d{12}):role/")
# The Landing Zone Accelerator replaces these: https://awslabs.github.io/landing-zone-accelerator-on-aws.
_REFERENCE = lazy_pattern(r"\$\{([A-Z][A-Z0-9_]{1,40})\}")
_MAX_REFERENCES = 8
# A variable of Terraform, and a value on a line of its own, as in terraform.tfvars or locals.
_VARIABLE = lazy_pattern(r"(?a)\$\{(?:var|local)\.(\w{1,64})\}")
_VARIABLE_VALUE = lazy_pattern(
    r"(?am)^[ \t]{0,8}(?P<name>\w{1,64})[ \t]{0,20}=[ \t]{0,20}\"(?P<value>[\w./:@*-]{1,200})\"[ \t]{0,8}(?:#[^\n]*)?$"
)
_CHARS_OF_INTRODUCTION = 400
_HEADING = lazy_pattern(
    r"\n[ \t]{0,8}(?:#|//)[^\n]{1,200}\n\s{0,20}\Z|\n\s{0,20}\n[A-Za-z][^\n{}\"=]{1,80} (?:[^\n{}\"=]{1,80}|[`\"'][\w+=,.@-]{1,128}[`\"']):\s{1,20}\Z"
)
_CHARS_BEFORE = 3_000
_POLICIES_OF_TERRAFORM = (
    "aws_iam_role_policy",
    "aws_iam_policy",
    "aws_iam_user_policy",
    "aws_iam_group_policy",
)


def find_policies(text: str, documents: Sequence[FoundDocument]) -> Iterator[Document]:
    """Yield the policies in a text.

    Args:
        text: The text.
        documents: The JSON objects in it.
    """
    stated = [each for each in documents if each.member == "Statement"]
    for each in stated:
        content = _fill_references(each.content, text)
        trusted = _complete_principals(content) if text.endswith(_PRINTED_TRUST, 0, each.start) else None
        if (policy := build_policy(trusted or content)) is not None:
            owner = (_find_trusting_role if policy.is_trust_policy else _find_owner)(text, each.start)
            version = find_other_version(text, each.start)
            file, (heading, stated_type) = find_file(text, each.start), find_heading(text, each.start)
            name = SESSION_POLICY if is_session_policy(text, each.start, file) else None
            stored, holder, is_inline = find_stored_name(text, each.start) or (None, None, False)
            inline_name = _find_inline_name(text, each.start) or (stored if is_inline else None)
            printed = find_printed_name(text, each.start) or inline_name
            heading = heading or (f"the policy {printed}" if printed else None)
            yield attrs.evolve(
                policy,
                file=file,
                owner=owner,
                version=version,
                name=name,
                is_joined=each.is_joined,
                is_condition=trusted is not None,
                heading=heading,
                stated_type=stated_type,
                inline_name=None if policy.has_principal else inline_name,
                attached_name=None if policy.has_principal or is_inline else stored,
                holder=holder,
            )
    from iamtriage.policies._documents import build_document
    from iamtriage.policies._readers import policy_rows
    from iamtriage.policies._readers.policy_code import CodePolicy, find_policies_in_code
    from iamtriage.policies._readers.policy_yaml import find_policies_in_yaml
    from iamtriage.policies._readers.sam_templates import find_policy_templates

    if templates := find_policy_templates(text):
        names = dict.fromkeys(each.name for each in templates)
        name = f"the policy template{'s' * (len(names) > 1)} {join_words(tuple(names), 'and')}"
        content = build_document([each.statement for each in templates])
        yield Document(content, is_code=True, is_whole=False, name=name)
    spans = [(each.start, each.end) for each in documents]
    found = [*find_policies_in_code(text, spans), *(find_policies_in_yaml(text) if "Effect" in text else ())]
    rows: list[CodePolicy] = []
    if not (stated or found):
        rows += policy_rows.find_policies_in_rows(text)
        if not rows and any(map(text.__contains__, policy_rows.SIGNS_OF_NOTES)):
            rows += policy_rows.find_policies_in_notes(find_said(text, policy_rows.NOTE))
    for each in (*found, *rows):
        is_read = any(start <= each.start < end for start, end in spans)
        policy = None if is_read else build_policy(_fill_variables(each.content, text))
        if policy is not None:
            file = find_file(text, each.start)
            name = SESSION_POLICY if is_session_policy(text, each.start, file) else None
            blocks = find_blocks(text, "resource", *_POLICIES_OF_TERRAFORM)
            address = next((block.address for block in blocks if block.start < each.start < block.end), None)
            printed = (None if file else address) or find_printed_name(text, each.start)
            heading, stated_type = find_heading(text, each.start)
            yield attrs.evolve(
                policy,
                file=file,
                version=find_other_version(text, each.start),
                heading=f"the policy {printed}" if printed else heading,
                stated_type=stated_type,
                owner=_find_owner_of_row(text, each.start, policy) if each in rows else None,
                is_code=each not in rows,
                is_whole=each.is_whole,
                name=name,
            )


def _fill_references(content: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return a policy with the values of its references that the text states, as in ``PREFIX is orders``."""
    if "${" not in text:
        return content
    document = json.dumps(content)
    known = {"PARTITION": stated_partition(text) or "aws", "ACCELERATOR_PREFIX": "AWSAccelerator"}
    for name in islice(dict.fromkeys(_REFERENCE.findall(document)), _MAX_REFERENCES):
        stated = re.search(
            rf"(?<![\w$.{{]){name}[\"'`]?\s{{0,3}}(?:=>?|:|\bis\b)\s{{0,3}}[\"'`]?([\w-]{{2,64}})", text
        )
        value = stated[1] if stated else known.get(name)
        document = document.replace(f"${{{name}}}", value) if value else document
    return cast("Mapping[str, Any]", json.loads(document))


def _fill_variables(content: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return a policy in Terraform with the only values that the text has for its variables and local values."""
    if '"${' not in (document := json.dumps(content)) and "/${" not in document and ":${" not in document:
        return content
    known: dict[str, set[str]] = {}
    for found in _VARIABLE_VALUE.finditer(text):
        known.setdefault(found["name"], set()).add(found["value"])
    for block in find_blocks(text, "variable"):
        if "default" in block.texts:
            known.setdefault(block.name, set()).add(block.texts["default"])
    for name in islice(dict.fromkeys(_VARIABLE.findall(document)), _MAX_REFERENCES):
        if (value := only_one(known.get(name, ()))) is not None:
            document = re.sub(rf"\$\{{(?:var|local)\.{re.escape(name)}\}}", value, document)
    return cast("Mapping[str, Any]", json.loads(document))


def find_trust_fragment(text: str) -> Document | None:
    """Return a trust policy if a text shows only its conditions on a web identity, or its principal."""
    found = _find_trust_conditions(text) if ":sub" in text or "WebIdentity" in text else None
    return found or (None if "Effect" in text else _find_trust_principal(text))


def _find_trust_conditions(text: str) -> Document | None:
    r"""Return the trust policy whose conditions on a web identity, in JSON or Terraform, are all that a text shows of it.

    >>> condition = '"StringLike": {"gitlab.com:sub": "project_path:shop/web:*"}'
    >>> policy = _find_trust_conditions(f"role arn:aws:iam::111122223333:role/ci\n{condition}")
    >>> policy.content["Statement"][0]["Principal"]
    {'Federated': 'arn:aws:iam::111122223333:oidc-provider/gitlab.com'}
    """
    from iamtriage.policies._readers.policy_code import read_conditions

    role = _ROLE.search(text)
    partition, account = ("aws", "ACCOUNT_ID") if role is None else role.groups()
    start = f"arn:{partition}:iam::{account}:oidc-provider/"
    for found in itertools.chain(_CONDITIONS.finditer(text), _CODED_CONDITIONS.finditer(text)):
        issuer, owner = _SUBJECT_KEY.search(found[0]), _find_trusting_role(text, found.start())
        before = text[max(found.start() - _CHARS_OF_INTRODUCTION, 0) : found.start()]
        if issuer is None or (role is None and owner is None and "rust" not in before):
            continue
        is_code = found[0].startswith("condition")
        condition = read_conditions(found[0]) if is_code else decode_members(found[0])
        if not condition:
            continue
        return _trust_issuer(f"{start}{issuer['issuer']}", condition, is_code=is_code, owner=owner)
    said = find_said_subjects(text)
    return said and _trust_issuer(f"{start}{said[0]}", said[1], is_code=False, owner=None)


def _trust_issuer(
    provider: str, condition: Mapping[str, Any], *, is_code: bool, owner: tuple[str, str] | None
) -> Document | None:
    row = {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    policy = build_policy(_trust([{**row, "Condition": condition}]))
    return policy and attrs.evolve(policy, is_condition=True, is_code=is_code, owner=owner)


def _find_trust_principal(text: str) -> Document | None:
    """Return the trust policy whose principal is all that a text shows of it.

    >>> policy = _find_trust_principal('The trust policy has "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}.')
    >>> policy.content["Statement"][0]["Action"]
    'sts:AssumeRole'
    """
    quoted = (
        each
        for each in _PRINCIPAL.finditer(text)
        if "rust" in text[max(each.start() - _CHARS_OF_INTRODUCTION, 0) : each.start()].rpartition("\n\n")[2]
    )
    found = next(quoted, None) or next(find_said(text, _TRUSTED_ID), None)
    role = found and found.groupdict().get("role")
    if found is None or (role and f"role/{role}" not in text):
        return None
    names = _PRINCIPAL_NAME.findall(found[0])
    policy = build_policy(_trust([{"Principal": {"AWS": names[0] if len(names) == 1 else names}}]))
    return policy and attrs.evolve(policy, is_condition=True, owner=_find_trusting_role(text, found.start()))


def _trust(rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the trust policy of which only the principals are known."""
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", **each} for each in rows]
    return {"Version": "2012-10-17", "Statement": statements}


def _complete_principals(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a trust policy of which a query selects the principals, perhaps with the actions, if these need no token."""
    rows = list[Mapping[str, Any]](iterate_statements(content))
    for each in rows:
        members, actions = set(each), as_strings(each.get("Action", "sts:AssumeRole"))
        if not {"Principal"} <= members <= {"Principal", "Action"} or "sts:AssumeRole" not in actions:
            return None
        if not as_mapping(each["Principal"]).keys() <= {"AWS", "Service"}:
            return None
    return _trust(rows)


def find_file(text: str, start: int) -> str | None:
    """Return the name of the file that a line above a document states."""
    low = max(start - _CHARS_BEFORE, 0)
    found = search_last(_FILE, text, low, start)
    comment = search_last(_FILE_IN_COMMENT, text, low if found is None else found.end(), start)
    found = comment or found
    # A comment or a sentence right above a document is the heading of something else than the file before it.
    return None if found is None or _HEADING.search(text, found.end(), start) else found["file"]


def _find_owner(text: str, start: int) -> tuple[str, str] | None:
    r"""Return the kind and name of the role or user whose inline policy a command printed, or that a heading names.

    >>> shown = '$ aws iam get-role-policy --role-name app --policy-name s3\n{"PolicyDocument": '
    >>> _find_owner(shown, len(shown))
    ('role', 'app')
    """
    at = text.rfind("aws iam get-", max(start - _CHARS_BEFORE, 0), start)
    found = None if at == -1 else _OWNER.match(text[at:start])
    return find_owner_in_heading(text, start) if found is None else (found["kind"], found["name"])


def _find_owner_of_row(text: str, start: int, policy: Document) -> tuple[str, str] | None:
    return (_find_trusting_role if policy.is_trust_policy else find_owner_in_heading)(text, start)


def _find_inline_name(text: str, start: int) -> str | None:
    """Return the name of the inline policy that a command printed right before."""
    at = text.rfind("aws iam get-", max(start - _CHARS_BEFORE, 0), start)
    printed = None if at == -1 else _OWNER.match(text[at:start])
    if printed is None or _FILTER.search(printed[0]):
        return None
    found = _PRINTED_NAME.match(text, at)
    return None if found is None else found["name"]


def _find_trusting_role(text: str, start: int) -> tuple[str, str] | None:
    """Return the kind and name of the role that the text above a trust policy names.

    >>> _find_trusting_role("Trust policy of orders-api:", 27)
    ('role', 'orders-api')
    """
    found = search_last(_TRUSTING_ROLE, text, max(start - _CHARS_OF_INTRODUCTION, 0), start)
    return None if found is None else ("role", found[found.lastgroup or 0])


def build_policy(content: Mapping[str, Any]) -> Document | None:
    """Return an object as a policy document, or ``None`` if it is not one.

    >>> build_policy({"Statement": []}).is_trust_policy
    False
    """
    resolved = cast("Mapping[str, Any]", resolve_functions(dict(content)))
    statements = resolved.get("Statement")
    listed = cast("list[object]", statements) if isinstance(statements, list) else [statements]
    rows = [cast("Mapping[str, object]", each) for each in listed if isinstance(each, Mapping)]
    if statements is None or len(rows) != len(listed):
        return None
    has_principal = any("Principal" in row or "NotPrincipal" in row for row in rows)
    actions = [action.lower() for row in rows for action in as_strings(row.get("Action"))]
    assumes = bool(actions) and all(action.startswith(_TRUST_ACTIONS) for action in actions)
    return Document(resolved, has_principal and assumes, has_principal, has_references=has_reference(listed))


# "policy orders-read:" above the document. A word of a sentence has no hyphen, digit or capital in it.
_NAME_ABOVE = lazy_pattern(
    r"(?a)(?:\b[Pp]olicy[ \t]{1,4}[`\"']?(?P<name>(?=[\w+=,.@-]{0,60}(?:[-_0-9]|[a-z][A-Z]))[A-Za-z][\w+=,.@-]{1,126}\w)"
    # In parentheses, a word with a hyphen can say of which kind the policy is.
    r"|\b[Pp]olicy[ \t]{1,4}\((?P<within>(?=\w{0,60}[a-z0-9][A-Z])[A-Za-z][\w+=,.@-]{1,126}\w)\)"
    # A name that has the word in it, and no key of a document.
    r"|(?<![\w/+=,.@\"'-])(?P<typed>(?![\w.-]*PolicyDocument)[A-Z][\w+=,.@-]{2,60}Policy(?:[\w+=,.@-]{0,60}\w)?(?![\w-]))(?=[^\n{]{0,80}\n))"
    r"[`\"']?[ \t]{0,4}(?:\([^()\n]{1,60}\))?(?:,? (?:of|on|for|attached to) [^\n:{}]{1,120}(?=:))?:?[ \t]{0,4}\r?\n?(?:\r?\n)?(?:```\w{0,5}\r?\n)?[ \t]{0,12}(?:\{|\"(?:Sid|Effect|Action|Resource)\"\s?:)"
)
# The command that prints an inline policy.
_PRINTED_NAME = lazy_pattern(
    r"\baws iam get-(?:role|user|group)-policy\b[^\n|;&]{0,200}?--policy-name[ =][\"']?(?P<name>[\w+=,.@-]{1,128})"
)


def find_name_above(text: str, *, may_be_printed: bool = False) -> str | None:
    r"""Return the name of a policy that stands above the only document with a name, or in the command that prints it.

    >>> find_name_above('policy orders-read:\n{"Statement": []}'), find_name_above('The policy is:\n{"Statement": []}')
    ('orders-read', None)
    >>> find_name_above('Policy orders-read on that role:\n  "Action": "s3:GetObject", "Resource": "*"')
    'orders-read'
    """
    names = {each["name"] or each["within"] or each["typed"] for each in _NAME_ABOVE.finditer(text)}
    # A filter can leave no document after the command.
    last = text.rfind("Effect") if may_be_printed else -1
    return only_one(names or {each["name"] for each in _PRINTED_NAME.finditer(text) if each.end() < last})
