"""Write a statement in the code that defines a policy, and find code that grants less than its author expects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, escape_lines
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.coded_principals import find_coded_principals
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._context.readers.terraform_code import find_blocks, find_resources
from iamtriage.explaining._explanations.explanations import copy_with
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_PRINCIPAL,
    STATED_POLICY_OTHER_RESOURCE,
    statements_with,
)
from iamtriage.explaining._rules.shared.grants.allow_remedies import allows_in_both_accounts
from iamtriage.explaining._rules.shared.kubernetes.manifests import write_yaml
from iamtriage.explaining._rules.shared.policies.statement_matching import names_resource
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.policies._readers.elements import as_mapping, as_strings

_ENCODED = lazy_pattern(r"\bjsonencode\(\s{0,20}(?:\{|merge)[\s\S]{0,400}?\bStatement\s{0,20}=")
# The role of a policy: by a reference, or by its name.
_ATTACHED = lazy_pattern(
    r"\brole\s{0,20}=\s{0,4}(?:aws_iam_role\.(?P<label>[\w-]{1,80})|\"(?P<name>[\w+=,.@-]{1,64})\")"
)
_STATEMENTS = lazy_pattern(r"^[ \t]*(?:- )?Statement:", re.MULTILINE)
_KEPT_STEPS = ("STS does not report a role's path", "must allow it, too", "If the role has a path")
_Form = Literal["document", "encoded", "template"]


class PolicyCode(NamedTuple):
    """The only policy that the code in a text defines: its form, and the name of what has it."""

    form: _Form
    name: str


def find_policy_code(text: str) -> PolicyCode | None:
    r"""Return the only policy in Terraform code or a template in YAML, or ``None`` if there are none or several.

    >>> find_policy_code('resource "aws_vpc_endpoint" "s3" {\n  policy = jsonencode({\n    Statement = [{\n').name
    'aws_vpc_endpoint.s3'
    """
    return only_one(set(_find_policies(text)))


def _find_policies(text: str) -> Iterator[PolicyCode]:
    for block in find_blocks(text, "data", "aws_iam_policy_document"):
        yield PolicyCode("document", block.address)
    for block in find_resources(text):
        if _ENCODED.search(block.body):
            yield PolicyCode("encoded", block.address)
    for resource in find_template_resources(text):
        if _STATEMENTS.search(resource.body):
            yield PolicyCode("template", resource.name)


def _defines_role(role: Role | None, text: str) -> bool:
    r"""Return whether code in a text defines a role, or refers to one whose label in Terraform is the role's name.

    >>> from iamtriage import parse_principal
    >>> role = parse_principal("arn:aws:iam::111122223333:role/films-api")
    >>> _defines_role(role, "role = aws_iam_role.films_api.id"), _defines_role(role, "role = aws_iam_role.web.id")
    (True, False)
    >>> _defines_role(role, 'resource "aws_iam_role" "films_api" {}\nrole = aws_iam_role.web.id')
    False
    """
    if role is None:
        return False
    label = role.name.replace("-", "_").lower()
    own = {label, *(each.label.lower() for each in find_coded_principals(text) if each.name == role.name)}
    attached = {each["label"].lower() for each in _ATTACHED.finditer(text) if each["label"]}
    named_ones = {each["name"] for each in _ATTACHED.finditer(text) if each["name"]}
    if not attached <= own or not named_ones <= {role.name}:
        return False
    named = rf"\b[rR]ole_?[nN]ame[\"']?\s?[:=]\s?[\"']?{re.escape(role.name)}(?![\w-])"
    return (
        re.search(
            rf"(?i:\baws_iam_role\.{re.escape(label)}\b)|\bname\s{{0,20}}=\s?\"{re.escape(role.name)}\"|{named}",
            text,
        )
        is not None
    )


def write_statement(form: _Form, statement: Mapping[str, Any]) -> str:
    r"""Return a statement in the language of the code.

    >>> print(write_statement("document", {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}))
    statement {
      actions   = ["sqs:SendMessage"]
      resources = ["*"]
    }
    """
    if form == "document":
        return "\n".join(_write_block(statement))
    if form == "encoded":
        members = (f"  {key:9} = {_write_object(value)}" for key, value in statement.items())
        return "\n".join(("{", *members, "}"))
    return "\n".join(write_yaml([dict(statement)]))


def _write_block(statement: Mapping[str, Any]) -> Iterator[str]:
    yield "statement {"
    if "Sid" in statement:
        yield f"  sid       = {json.dumps(statement['Sid'])}"
    yield f"  actions   = {json.dumps(as_strings(statement.get('Action')))}"
    yield f"  resources = {json.dumps(as_strings(statement.get('Resource')))}"
    principal = statement.get("Principal")
    principals = {"*": principal} if principal == "*" else as_mapping(principal)
    for kind, names in principals.items():
        yield from ("", "  principals {", f"    type        = {json.dumps(kind)}")
        yield from (f"    identifiers = {json.dumps(as_strings(names))}", "  }")
    for test, keys in as_mapping(statement.get("Condition")).items():
        for key, values in as_mapping(keys).items():
            yield from ("", "  condition {", f"    test     = {json.dumps(test)}")
            yield from (
                f"    variable = {json.dumps(key)}",
                f"    values   = {json.dumps(as_strings(values))}",
                "  }",
            )
    yield "}"


def _write_object(value: object) -> str:
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return "{ " + ", ".join(f"{_key(key)} = {_write_object(each)}" for key, each in items) + " }"
    return json.dumps(value)


def _key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


def _add_in_code(remedy: Remedy, text: str) -> Remedy:
    """Return a remedy that adds a statement to a policy as one that adds it in the code of the text, if that defines the policy."""
    code = find_policy_code(text)
    documents = [remedy.statement] if remedy.statement else (remedy.policy or {}).get("Statement", [])
    if code is None or not documents or "${" in json.dumps(documents):
        return remedy
    is_template = code.form == "template"
    again = "the next deployment of the stack" if is_template else "the next terraform apply"
    action = as_strings(documents[0].get("Action"))
    what = action[0] if len(action) == 1 else "the actions"
    # The last command of a remedy for a caller of another account is for that.
    other = next((each for each in remedy.commands[1:] if each.startswith("aws iam put-")), None)
    label = "In the account of the caller:"
    lines: tuple[str, ...] = () if is_template else ("terraform apply",)
    if other is not None and allows_in_both_accounts(remedy):
        lines = (*lines, Labelled(label, other))
    return attrs.evolve(
        remedy,
        title=f"Allow {what} in {code.name}, and {'deploy the stack' if is_template else 'apply the code'}",
        steps=(
            f"Add the statement to those of {code.name}. Change the code and not only the policy in AWS: {again} would undo that.",
            *(each for each in remedy.steps if any(words in each for words in _KEPT_STEPS)),
        ),
        commands=lines,
        policy=None,
        statement=None,
        layer=None,
        is_addition=False,
        manifest="\n".join(write_statement(code.form, each) for each in documents),
        manifest_language="yaml" if is_template else "hcl",
    )


def write_in_code(denial: Denial, explanation: Explanation, stated: list[KnownPolicy]) -> Explanation:
    """Return the explanation with the statement that a policy lacks in the code that defines the policy."""
    lacks = {STATED_POLICY_OTHER_ACTION.code, STATED_POLICY_OTHER_PRINCIPAL.code}
    found = [each for each in explanation.causes if each.code in lacks]
    if not found or not all(each.is_code for each in stated):
        return explanation
    text = denial.failure.text
    if all(each.evidence == "possible" for each in found) and not _defines_role(denial.role, text):
        return explanation
    return attrs.evolve(
        explanation, remedies=tuple(_add_in_code(each, text) for each in explanation.remedies)
    )


_GRANTS_PAGE = "https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_s3/Bucket.html"
_PLUGIN = "serverless-iam-roles-per-function"
_PER_FUNCTION = lazy_pattern(r"^\s{2,40}iamRoleStatements(?:Name|Inherit)?:", re.MULTILINE)
_SECTION = lazy_pattern(r"^([A-Za-z]\w{1,40}):", re.MULTILINE)
_UNRECOGNIZED = lazy_pattern(r"unrecognized property '(?P<name>iamRoleStatements\w{0,10})'")
_STAGE = lazy_pattern(r"\b(?:serverless|sls) deploy\b[^\n]{0,80}?(?P<stage> (?:--stage|-s)[ =][\w-]{1,40})")
_COMMENT = lazy_pattern(r"(?m:^)[ \t]{0,40}(?:#|//)[^\n]{0,40}\Z")
# A grant of the CDK on some objects of a bucket.
_PATTERN_GRANT = lazy_pattern(
    r"(?<![\w.])(?P<line>(?P<bucket>[\w.]{1,80})\.(?:grants\.)?(?P<method>grant_?(?:read_?write|read|write|put|delete)|(?<=grants\.)(?:read_?write|read|write|put|delete))\((?P<grantee>[^(),\n]{1,80}), ?(?:objects_key_pattern ?= ?)?(?P<quote>[\"'`])(?P<pattern>[^\"'`$*?\n]{1,200})(?P=quote)\))",
    re.IGNORECASE,
)
_GRANTED = {
    "s3:getobject": ("read", "readwrite"),
    "s3:putobject": ("put", "write", "readwrite"),
    "s3:deleteobject": ("delete", "write", "readwrite"),
}


def add_key_pattern(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a grant of the CDK in the text names a prefix as if it were an object."""
    key = (denial.resource or "").partition("/")[2]
    methods = _GRANTED.get(denial.lowercase_action, ())
    found = [
        each
        for each in _PATTERN_GRANT.finditer(denial.failure.text)
        if each["method"].lower().replace("_", "").removeprefix("grant") in methods
        and key.startswith(f"{each['pattern'].strip('/')}/")
        and not _COMMENT.search(denial.failure.text, max(each.start() - 80, 0), each.start())
    ]
    if len({each["line"] for each in found}) != 1:
        return explanation
    line, old = found[0]["line"], found[0]["pattern"]
    new = f"{old.strip('/')}/*"
    arn = f"{(denial.resource or '').partition('/')[0]}/{old}"
    quote = found[0]["quote"]
    if f"{quote}{new}{quote}" in denial.failure.text:
        return explanation  # somebody has corrected it
    text = f"The second argument is a pattern for keys: without a wildcard, it is the key of one object, {clip_text(arn)}."
    if denial.policy_type == "identity":
        text += " AWS names the identity-based policies, so object ownership, ACLs and the bucket policy are not the cause."
    remedy = your_remedy(
        f"Write {quote}{clip_text(new)}{quote} as the key pattern of the grant",
        "cdk diff shows the changed Resource. The next deployment undoes a change of the role that is only in IAM.",
        manifest=line.replace(f"{quote}{old}{quote}", f"{quote}{new}{quote}"),
        manifest_language="text",
        commands="cdk deploy",
        url=_GRANTS_PAGE,
    )
    verdict = f"the grant in the text allows it only on the object {clip_text(old)}, not on those below it"
    return copy_with(
        explanation,
        summary=escape_lines(denial_summary(denial, verdict)),
        causes=(STATED_POLICY_OTHER_RESOURCE.cause("derived", text=text), *explanation.causes),
        _remedies=lambda: (remedy, *(each for each in explanation.remedies if each.layer != "identity")),
    )


def find_unread_statement(denial: Denial, policy: KnownPolicy) -> tuple[str, Remedy] | None:
    """Return the sentence that the Serverless Framework ignores the statements of a function, and where they belong.

    Returns:
        What the framework ignores, as the end of a sentence, and the remedy.
    """
    text = denial.failure.text
    warned = _UNRECOGNIZED.search(text)
    is_listed = re.search(rf"^\s{{0,20}}- [\"']?{_PLUGIN}\b", text, re.MULTILINE) is not None
    is_of_function = warned is not None or ("serverless" in text.lower() and _is_in_function(text))
    if is_listed or not policy.is_code or not is_of_function:
        return None
    statement = next(
        (
            each
            for each in statements_with(policy, denial.action or "")
            if names_resource(each, denial.resource) is not False
        ),
        None,
    )
    if statement is None:
        return None
    lines = "".join(
        f"          {key}: {json.dumps(listed if len(listed) > 1 else listed[0])}\n"
        for key in ("Action", "Resource")
        if (listed := as_strings(statement.get(key)))
    )
    warning = "The warning about the unrecognized property is not harmless: the framework skips the block. "
    stage = _STAGE.search(text)
    remedy = your_remedy(
        "Move the statement to provider.iam.role.statements in serverless.yml",
        f"{warning if warned else ''}In provider.iam, all functions share it. Keep the statements that are there.",
        f"Or install {_PLUGIN} and list it under plugins: the function then gets a role of its own, which needs iamRoleStatementsInherit: true to keep the shared statements.",
        manifest=f"provider:\n  iam:\n    role:\n      statements:\n        - Effect: Allow\n{lines.rstrip()}",
        commands=f"npx serverless deploy{stage['stage'] if stage else ''}",
        url="https://www.serverless.com/framework/docs/providers/aws/guide/iam",
    )
    return f"the Serverless Framework does not read iamRoleStatements of a function without {_PLUGIN}", remedy


def _is_in_function(text: str) -> bool:
    """Return whether the settings of a function have statements: those of the provider are read."""
    found = _PER_FUNCTION.search(text)
    sections = [] if found is None else _SECTION.findall(text, 0, found.start())
    return sections[-1:] == ["functions"]


# What an import by name does not know, and the import that takes the key.
_IMPORT = lazy_pattern(
    r"(?P<start>(?:(?:const|let|var|final|IBucket) )?(?:(?P<variable>\w{1,40}) ?= ?)?(?:[\w.]{1,40}\.)?(?P<kind>Bucket|Queue|Secret|Stream|Table)\.)"
    r"(?P<call>from_?(?:bucket|queue|secret|stream|table)_?(?:name(?:_?v2)?|arn|complete_?arn))\((?P<scope>\s{0,8}\w{1,40}, ?[\"'][\w-]{1,100}[\"'], ?)(?P<value>[\"'][\w:./-]{1,300}[\"'])\s{0,8}\)",
    re.IGNORECASE,
)
_GRANT = lazy_pattern(
    r"\b(?P<variable>\w{1,40})\.grant(?:_\w{2,30}|[A-Z]\w{2,30})\((?P<grantee>[\w.]{1,60})\)"
)
# What another rule says of the data that the key encrypts.
_CALLED = lazy_pattern(r"\bthe call to (?P<service>[A-Z][\w ]{1,30}?) itself\b")
_SERVICES = {
    "bucket": "S3",
    "queue": "SQS",
    "secret": "Secrets Manager",
    "stream": "Kinesis",
    "table": "DynamoDB",
}
_SCOPE_OF_KEY = lazy_pattern(r"\w{1,40}")
_KEYS_OF_IMPORT = {
    "queue": ("queueArn", "keyArn"),
    "table": ("tableArn", "encryptionKey"),
    "stream": ("streamArn", "encryptionKey"),
}


def add_imported_key(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the CDK imports a resource without its KMS key, so that its grants do not include the key."""
    found = [*_IMPORT.finditer(denial.failure.text)]
    grants = {each["variable"] for each in _GRANT.finditer(denial.failure.text)}
    used = [each for each in found if each["variable"] in grants] or found
    key = denial.resource or ""
    if len(used) != 1 or not grants or ":key/" not in key:
        return explanation
    imported = used[0]
    called = _CALLED.search(" ".join(each.text for each in explanation.causes))
    if called is not None and called["service"] != _SERVICES[imported["kind"].lower()]:
        return explanation
    kind, is_python = imported["kind"].lower(), "_" in imported["call"]
    value, scope = imported["value"], imported["scope"]
    by_arn = "arn:" in value
    name, key_name = _KEYS_OF_IMPORT.get(kind, (f"{kind}{'Arn' if by_arn else 'Name'}", "encryptionKey"))
    if kind == "secret":
        name = "secretCompleteArn"
    if name.endswith("Arn") and not by_arn:
        value = f"'{kind.upper()}_ARN'"
    owner = (_SCOPE_OF_KEY.search(scope) or ["this"])[0]
    import_key = f"kms.Key.fromKeyArn({owner}, 'Key', '{clip_text(key)}')"
    call = f"from{imported['kind']}Attributes"
    of_key = f"'{clip_text(key)}'" if key_name == "keyArn" else import_key
    arguments = f"{{ {name}: {value}, {key_name}: {of_key} }}"
    if is_python:
        import_key = f'kms.Key.from_key_arn({owner}, "Key", "{clip_text(key)}")'
        call = f"from_{kind}_attributes"
        snake = re.sub(r"(?<=[a-z])[A-Z]", lambda each: f"_{each[0].lower()}", name)
        last = f'key_arn="{clip_text(key)}"' if key_name == "keyArn" else f"encryption_key={import_key}"
        arguments = f"{snake}={value}, {last}"
    remedy = your_remedy(
        f"Import the {kind} with its KMS key in the CDK",
        f"{imported['call']} knows nothing of the key, so the grants contain no kms actions: that is how imports work, and no bug. Replace it as below, and deploy again: the role then gets {denial.action} on the key.",
        f"The CDK does not change the policy of an imported key: if that does not enable IAM policies, its owner has to allow {denial.caller} in it.",
        manifest=f"{imported['start']}{call}({scope}{arguments})",
        manifest_language="text",
        url="https://docs.aws.amazon.com/cdk/v2/guide/resources.html",
    )
    summary = f"{explanation.summary.rstrip('.')}, because {imported['call']} of the CDK imports the {kind} without its key."
    return copy_with(explanation, summary=summary, _remedies=lambda: (remedy, *explanation.remedies))
