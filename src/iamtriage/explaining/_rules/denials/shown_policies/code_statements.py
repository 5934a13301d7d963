"""Write a statement in the code that defines a policy, and find code that grants less than its author expects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.documents import compact_json
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.coded_principals import find_coded_principals
from iamtriage.explaining._context.readers.pasted_policies import find_file
from iamtriage.explaining._context.readers.policy_headings import find_owner_in_heading
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._context.readers.terraform_code import find_blocks, find_resources
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions.request_conditions import concerns_no_resource
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_PRINCIPAL,
    STATED_POLICY_OTHER_RESOURCE,
    compared_resource,
    statements_with,
)
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import describe_editors
from iamtriage.explaining._rules.denials.shown_policies.region_contrasts import name_alternative
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION, NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.allow_remedies import allows_in_both_accounts
from iamtriage.explaining._rules.shared.kubernetes.manifests import write_yaml
from iamtriage.explaining._rules.shared.policies.statement_matching import names_resource
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_mapping, as_strings

_ENCODED = lazy_pattern(r"\bjsonencode\(\s{0,20}(?:\{|merge)[\s\S]{0,400}?\bStatement\s{0,20}=")
# The role of a policy: by a reference, or by its name.
_ATTACHED = lazy_pattern(
    r"\brole\s{0,20}=\s{0,4}(?:aws_iam_role\.(?P<label>[\w-]{1,80})|\"(?P<name>[\w+=,.@-]{1,64})\")"
)
_STATEMENTS = lazy_pattern(r"(?m)^[ \t]*(?:- )?Statement:")
_FRAGMENT = lazy_pattern(r"(?m)^[ \t]*statement[ \t]*\{")
_NAMES_PRINCIPAL = lazy_pattern(r"\bPrincipal\b")
_PRINCIPALS = lazy_pattern(r"\bprincipals\s{0,8}\{")
_KEPT_STEPS = (
    "depend on the policy", "other calls", "other actions", "omits a role's path", "must allow it, too",
    "role has a path",
)  # fmt: skip
_Form = Literal["document", "encoded", "template"]


class PolicyCode(NamedTuple):
    """The only policy that the code in a text defines: its form, and the name of what has it."""

    form: _Form
    name: str


def _find_policies(text: str, *, has_principal: bool) -> Iterator[PolicyCode]:
    """Yield the policies with or without principals in Terraform code, or all in a template in YAML."""
    for block in find_blocks(text, "data", "aws_iam_policy_document"):
        if has_principal or _PRINCIPALS.search(block.body) is None:
            yield PolicyCode("document", block.address)
    for block in find_resources(text):
        # The policy of a role is its trust policy.
        names_principal = block.type == "aws_iam_role" or _NAMES_PRINCIPAL.search(block.body) is not None
        if names_principal is has_principal and _ENCODED.search(block.body):
            yield PolicyCode("encoded", block.address)
    for resource in find_template_resources(text):
        if _STATEMENTS.search(resource.body):
            yield PolicyCode("template", resource.name)
    # A statement without its data source, below the name of its file.
    found = None if "aws_iam_policy" in text else _FRAGMENT.search(text)
    if found and (file := find_file(text, found.start())):
        yield PolicyCode("document", file)


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
    # "The policy of films-api:"
    blocks = find_blocks(text, "data", "aws_iam_policy_document")
    if any(find_owner_in_heading(text, each.start) == ("role", role.name) for each in blocks):
        return True
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
    for name, listed in (("actions", "Action"), ("resources", "Resource")):
        before = f"  {name:9} = "
        yield f"{before}{compact_json(as_strings(statement.get(listed)), 94, before)}"
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
        items = cast("dict[str, object]", value)
        lines = (
            f"{each if each.isidentifier() else json.dumps(each)} = {_write_object(items[each])}"
            for each in items
        )
        return f"{{ {', '.join(lines)} }}"
    return json.dumps(value)


def _all_actions(policy: KnownPolicy) -> set[str]:
    """Return the actions that a policy allows."""
    return {name for each in policy.allows for name in as_strings(each.get("Action"))}


def _add_in_code(remedy: Remedy, text: str, policy: KnownPolicy | None, editors: str = "") -> Remedy:
    """Return a remedy that adds a statement to a policy as one that adds it in the code of the text, if that defines the policy.

    If that policy allows the same actions on a resource that no call has, the statement replaces its own.
    """
    documents = [remedy.statement] if remedy.statement else (remedy.policy or {}).get("Statement", [])
    has_principal = any("Principal" in each for each in documents)
    code = only_one(set(_find_policies(text, has_principal=has_principal)))
    if code is None or not documents or "${" in json.dumps(documents):
        return remedy
    is_template = code.form == "template"
    again = "the next deployment of the stack" if is_template else "the next terraform apply"
    action = as_strings(documents[0].get("Action"))
    what = action[0] if len(action) == 1 else "the actions"
    change = f"Add the statement to those of {code.name}"
    added = {*as_strings(documents[0].get("Action"))}
    if policy is not None and any({*as_strings(each.get("Action"))} == added for each in policy.allows):
        change = f"Replace the statement for {what} in {code.name} by this one"
    elif policy is not None and added < _all_actions(policy) and all(map(concerns_no_resource, added)):
        change += f", and delete {what} from the other one, where it has no effect"
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
            f"{change}. Change the code and not only the policy in AWS: {again} would undo that.{editors}",
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


def write_for_role(role: Role | None, text: str, remedy: Remedy) -> Remedy:
    """Return a remedy for a role as one that adds its statements in the code of a text, if that defines the role's policy."""
    return _add_in_code(remedy, text, None) if _defines_role(role, text) else remedy


def write_in_code(denial: Denial, explanation: Explanation, stated: list[KnownPolicy]) -> Explanation:
    """Return the explanation with the statement that a policy lacks in the code that defines the policy."""
    lacks = {STATED_POLICY_OTHER_ACTION.code, STATED_POLICY_OTHER_PRINCIPAL.code}
    if compared_resource(denial) is None or denial.policy_type == "vpc_endpoint":
        # No ARN matches the call, so a corrected one does not help, or the others stay in use.
        lacks.add(STATED_POLICY_OTHER_RESOURCE.code)
    found = [each for each in explanation.causes if each.code in lacks]
    if not found or not all(each.is_code for each in stated):
        return explanation
    text = denial.failure.text
    if all(each.evidence == "possible" for each in found) and not _defines_role(denial.role, text):
        return explanation
    policy, remedies = only_one(stated), explanation.remedies
    editors = "" if policy is None else describe_editors(denial, policy) or ""
    corrected = (_add_in_code(each, text, policy, editors) for each in remedies)
    return attrs.evolve(explanation, remedies=tuple(corrected))


_PLUGIN = "serverless-iam-roles-per-function"
_PER_FUNCTION = lazy_pattern(r"(?m)^\s{2,40}iamRoleStatements(?:Name|Inherit)?:")
_SECTION = lazy_pattern(r"(?m)^([A-Za-z]\w{1,40}):")
_UNRECOGNIZED = lazy_pattern(r"unrecognized property '(?P<name>iamRoleStatements\w{0,10})'")
_STAGE = lazy_pattern(r"\b(?:serverless|sls) deploy\b[^\n]{0,80}?(?P<stage> (?:--stage|-s)[ =][\w-]{1,40})")


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


# What the methods of constructs grant, without their prefix: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-construct-library.html
_CDK_GRANTS = {
    "dynamodb": {
        "ReadData": "BatchGetItem GetRecords GetShardIterator Query GetItem Scan ConditionCheckItem DescribeTable",
        "WriteData": "BatchWriteItem PutItem UpdateItem DeleteItem DescribeTable",
        "ReadWriteData": "ReadData WriteData",
    },
    "ecr": {
        "Pull": "BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage",
        "Push": "CompleteLayerUpload UploadLayerPart InitiateLayerUpload BatchCheckLayerAvailability PutImage",
        "PullPush": "Pull Push",
    },
    "kinesis": {
        "Read": "DescribeStreamSummary GetRecords GetShardIterator ListShards SubscribeToShard DescribeStream",
        "Write": "ListShards PutRecord PutRecords",
        "ReadWrite": "Read Write",
    },
    "kms": {
        "Decrypt": "Decrypt",
        "Encrypt": "Encrypt ReEncrypt* GenerateDataKey*",
        "EncryptDecrypt": "Decrypt Encrypt",
    },
    "s3": {
        "Read": "GetObject* GetBucket* List*",
        "Put": "PutObject PutObjectTagging AbortMultipartUpload",
        "Delete": "DeleteObject*",
        "Write": "Put Delete",
        "ReadWrite": "Read Write",
    },
    "secretsmanager": {"Read": "GetSecretValue DescribeSecret", "Write": "PutSecretValue UpdateSecret"},
    "sqs": {
        "ConsumeMessages": "ReceiveMessage ChangeMessageVisibility GetQueueUrl DeleteMessage GetQueueAttributes",
        "SendMessages": "SendMessage GetQueueAttributes GetQueueUrl",
        "Purge": "PurgeQueue GetQueueAttributes GetQueueUrl",
    },
    "ssm": {
        "Read": "DescribeParameters GetParameters GetParameter GetParameterHistory",
        "Write": "PutParameter",
    },
}
_CDK_CALL = lazy_pattern(
    r"(?m)^[ \t]{0,40}(?P<on>[A-Za-z_][\w.]{0,80})\.grant(?P<method>[A-Z][A-Za-z]{2,20}|(?:_[a-z]{2,12}){1,3})\((?P<to>[\w.]{1,80})\)(?P<end>;?)[ \t]*(?:$|//|#)"
)
_MAY_BE_CODED = frozenset({NO_IDENTITY_ALLOW.code, DERIVED_ACTION.code})


def add_cdk_grant(denial: Denial, explanation: Explanation) -> Explanation:
    """Return the explanation with the grant in the code of the AWS CDK that does not include the denied action."""
    methods = _CDK_GRANTS.get(denial.service or "")
    if methods is None or not explanation.causes or explanation.causes[0].code not in _MAY_BE_CODED:
        return explanation
    calls = [(_name_method(each["method"]), each) for each in _CDK_CALL.finditer(denial.failure.text)]
    calls = [each for each in calls if each[0] in methods]
    _, _, operation = denial.lowercase_action.partition(":")
    needed = [name for name in methods if _grants(methods, name, operation)]
    if len(calls) != 1 or not needed or calls[0][0] in needed:
        return explanation
    ((name, call),) = calls
    whole = next((each for each in methods if {name, needed[0]} <= {*methods[each].split()}), None)
    words = f"grant{whole or needed[0]}"
    if "_" in call["method"]:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words).lower()
    written = f"{call['on']}.grant{call['method']}({call['to']})"
    line = f"{call['on']}.{words}({call['to']}){call['end']}"
    change = "Write this line in its place" if whole else "Add this line"
    remedy = your_remedy(
        f"{'Replace' if whole else 'Add a grant to'} {written} in the code of the CDK, and deploy",
        f"{change}. A change that is only in IAM can be lost with the next deployment.",
        manifest=line if whole else f"{written}{call['end']}\n{line}",
        manifest_language="text",
        commands="cdk deploy",
        url="https://docs.aws.amazon.com/cdk/v2/guide/permissions.html",
    )
    first, *others = explanation.causes
    cause = NO_IDENTITY_ALLOW.cause("derived", text=f"In the code, {written} does not grant {denial.action}.")
    causes = (cause, *others) if first.code == cause.code else (first, cause, *others)
    rest = (name_alternative(each) if each.layer == "identity" else each for each in explanation.remedies)
    return attrs.evolve(explanation, causes=causes, remedies=(remedy, *rest))


def _name_method(method: str) -> str:
    """Return the method of a construct as in TypeScript, without its prefix.

    >>> _name_method("ReadData"), _name_method("_read_data")
    ('ReadData', 'ReadData')
    """
    return "".join(each.title() for each in method.split("_")) if "_" in method else method


def _grants(methods: Mapping[str, str], name: str, operation: str) -> bool:
    """Return whether a method of a construct grants an operation, in lowercase."""
    return any(
        _grants(methods, each, operation)
        if each in methods and each != name
        else matches(operation, compile_glob(each.lower()))
        for each in methods[name].split()
    )
