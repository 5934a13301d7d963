"""Derive the action of a denial from the operation and the service that the text names, and its caller from the rest of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import OperationActions, actions_for, service_prefix
from iamtriage.arns._principals import Role, RoleSession, User
from iamtriage.explaining._context.model import EC2_CODES
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._rules.shared.messages.quoted_message import OF_SCHEMA
from iamtriage.explaining._rules.shared.principals.principal_words import (
    find_role_of_controller,
    is_service_name,
    try_parse_principal,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from iamtriage.explaining._cause_types import Evidence
    from iamtriage.explaining._context.values import Runtime, Stated
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import AccessDenied, Failure


_CHARS_OF_COMMAND = 1_000
_MAX_LINE = 400
_CHARS_AFTER = 1_000
# "organizations_service", "OrganizationsClient"
_SERVICE_NAME = lazy_pattern(
    r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]{1,60}(?:_?[Ss]ervice|_?[Cc]lient))(?![A-Za-z0-9])"
)
# "operation error Glue: CreateJob" of the SDK for Go, "{glue.py:560}" and "AWS Glue Job" of Airflow.
_STATED_SERVICE = lazy_pattern(
    r"(?a)operation error ([A-Z][\w ]{1,40}): [A-Z]|\{([a-z_]{2,40})\.py:[0-9]{1,5}\}|\b(?:AWS|Amazon) ([A-Z][A-Za-z]{2,30})\b"
)
_CLIENT = lazy_pattern(r"(?a)\b(?:client\(|resource\()\s?[\"']([a-z][a-z0-9-]{1,40})[\"']")


def find_called_service(failure: Failure, candidates: Collection[str]) -> str | None:
    """Return the service, out of candidate prefixes, that the text names as called, if exactly one."""
    text, (start, end) = failure.text, failure.span
    echoed = text[max(start - _CHARS_OF_COMMAND, 0) : start]
    line = line_start(text, start, start - _MAX_LINE)
    words = text[line : min(end, start + _CHARS_AFTER)]
    named = _unique_service([*_SERVICE_NAME.findall(words), *_CLIENT.findall(words)], candidates)
    if named is not None:
        return named
    stated = [name for names in _STATED_SERVICE.findall(f"{echoed}{words}") for name in names if name]
    return _unique_service(stated, candidates)


def _unique_service(names: Collection[str], candidates: Collection[str]) -> str | None:
    return only_one({service_prefix(name) for name in names} & set(candidates)) if names else None


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
_DIRECTORY_BUCKET = lazy_pattern(r":::[a-z0-9-]{3,63}--x-s3(?:/|\Z)")
_S3_PLACE = lazy_pattern(r"\bs3(?:://|:(?=s3)|[.-][a-z0-9.-]{0,40}amazonaws\.)")
_S3_CODES = frozenset({"AccessDenied", "403", "Forbidden"})
# If more services share an operation, such as TagResource, another service than S3 can report AccessDenied, too.
_MAX_SERVICES_OF_S3_CALL = 50
# The services that never use a code: S3, IAM and STS report AccessDenied, EC2 reports UnauthorizedOperation.
_SERVICES_WITHOUT_CODE = {"AccessDeniedException": frozenset({"ec2", "iam", "s3", "sts"})}
_PARTS_WITH_SERVICE = 4
# What databases of RDS say, and the only action that it can be about: PostgreSQL checks tokens as a PAM service, and
# Aurora MySQL calls functions (AuroraMySQL.Integrating.Lambda.html).
_ONLY_ACTIONS = {
    "PAM authentication failed for user": "rds-db:connect",
    "Lambda API returned error": "lambda:InvokeFunction",
    # https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
    "Access to Role '": "iam:PassRole",
}
# Actions of CodePipeline and CodeBuild. The prefix of the action is that of the connection's ARN:
# https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
_CONNECTION = lazy_pattern(
    r"(?a)\b[Uu]nable to use Connection:? [\"'\[]?arn:aws[a-z-]{0,12}:(code(?:star-)?connections):"
)
# The error of the EFS CSI driver, which has the code of gRPC for missing credentials, and what it logs before a call:
# https://github.com/kubernetes-sigs/aws-efs-csi-driver/issues/1335 and pkg/driver/controller.go.
_OF_EFS_DRIVER = "Please ensure you have the right AWS permissions"
_CREATES_ACCESS_POINT = "Calling Create AP with input"
_DELETES_VOLUME = lazy_pattern(
    r"VolumeFailedDelete|\b[Vv]olume deletion failed|\bdeletion of volume\b|\bdelete volume\b"
)
OTHER_OF_STS = lazy_pattern(
    r"(?i)\b(?:get|decode)[ _-]?(?:Caller[_-]?Identity|Session[_-]?Token|Federation[_-]?Token|Access[_-]?Key[_-]?Info|Authorization[_-]?Message)"
    r"|\bassume[_-]?ro(?:ot|le[_-]?with)|error making upstream request"
)
"""Calls of STS other than AssumeRole in frames and code, and what HashiCorp Vault says of a login."""
_VERSION_ID = lazy_pattern(r"(?a)\b[Vv]ersion[-_]?[Ii][Dd][\"']?\s?[=: ]\s?[\"']?(?!null|None)[\w.-]{2,}")
_HANDLER = lazy_pattern(
    r"AWS::(?P<type>[A-Za-z0-9]{2,30})::[^\n]{0,300}?[Aa]ccess denied for operation '(?P<operation>[A-Z][A-Za-z]{2,60})'"
)


def derive_actions(
    failure: AccessDenied, facts: Facts, stated: str | None
) -> tuple[Evidence, tuple[str, ...]]:
    """Return the actions that the operation requires, ``"possible"`` if several services have it.

    Args:
        failure: The failure.
        facts: The facts.
        stated: The action that the failure or the facts state, if it is cut off or has no service.
    """
    if stated is None and _assumes_in_words(failure):
        # Step Functions omits the action.
        return "derived", ("sts:AssumeRole",)
    said = failure.text[slice(*failure.span)]
    if (
        action := next((action for words, action in _ONLY_ACTIONS.items() if words in said), None)
    ) is not None:
        return "derived", (action,)
    if failure.action is None and OF_SCHEMA.search(said):
        # A command nearby is about the API, and is no query.
        return "derived", ()
    if failure.action is None and _OF_EFS_DRIVER in said:
        return _actions_of_efs_driver(failure)
    if connection := _CONNECTION.search(said):
        return "derived", (f"{connection[1]}:UseConnection",)
    evidence, actions = _find_actions(failure, facts)
    if failure.envelope.operation is None:
        # What a command or a frame nearby calls is another call if the denied resource belongs to another service.
        actions = tuple(each for each in actions if _fits_resource(each, failure.resource))
    elif evidence == "possible" and (failure.resource or "").startswith("arn:"):
        fitting = tuple(each for each in actions if _fits_resource(each, failure.resource))
        if len(fitting) == 1:
            evidence, actions = "derived", fitting
    return evidence, _select_version_actions(actions, failure, facts)


def _actions_of_efs_driver(failure: AccessDenied) -> tuple[Evidence, tuple[str, ...]]:
    """Return the actions with which the EFS CSI driver creates or deletes a volume, or the one that its log shows."""
    create, describe = "elasticfilesystem:CreateAccessPoint", "elasticfilesystem:DescribeAccessPoints"
    before = failure.text[: failure.span[0]]
    if _DELETES_VOLUME.search(failure.text, line_start(before, len(before)), failure.span[0]):
        return "derived", ("elasticfilesystem:DeleteAccessPoint", describe)
    if _CREATES_ACCESS_POINT in before:
        return "derived", (create,)
    if "failed to provision volume" in before:
        return "derived", (create, describe)
    return "derived", ()


def _assumes_in_words(failure: AccessDenied) -> bool:
    """Return whether a message can only be about assuming a role: STS names each other action that it denies."""
    envelope = failure.envelope
    if envelope.service == "sts" and envelope.operation is None and not OTHER_OF_STS.search(failure.text):
        start, end = failure.span
        return "access denied" in failure.text[max(start - len("access denied "), 0) : end].lower()
    if "authorized to assume" not in failure.text or ":role/" not in (failure.resource or ""):
        return False
    principal = failure.principal
    # A name without a service, as in documentation, is that of a role.
    is_role_name = principal is not None and "." not in principal and not is_service_name(principal)
    return is_role_name or isinstance(try_parse_principal(principal), Role | RoleSession | User)


def _fits_resource(action: str, resource: str | None) -> bool:
    """Return whether an action can be on a resource, judging by the services of both."""
    parts = (resource or "").split(":", 3)
    if len(parts) < _PARTS_WITH_SERVICE or parts[0] != "arn":
        return True
    service, prefix = service_prefix(parts[2]), action.partition(":")[0]
    return service is None or service == prefix or (service, prefix) == ("iam", "sts")


def _select_version_actions(actions: tuple[str, ...], failure: AccessDenied, facts: Facts) -> tuple[str, ...]:
    """Return the actions on a version of an S3 object if the request names one, and else those on the object.

    A version ID that another command printed is not in the request. Which actions have a counterpart for versions:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html.
    """
    if not actions or not actions[0].startswith("s3:"):
        return actions
    plain = tuple(each for each in actions if "ObjectVersion" not in each) or actions
    command = context_of(facts).command
    request = command.text if command is not None and command.program == "aws" else failure.text
    if "ersion" not in request or not _VERSION_ID.search(request):
        return plain
    versioned = ((each, find_action(each.replace("Object", "ObjectVersion", 1))) for each in plain)
    return tuple(
        dict.fromkeys(each if of_version is None else of_version.name for each, of_version in versioned)
    )


def _find_actions(failure: AccessDenied, facts: Facts) -> tuple[Evidence, tuple[str, ...]]:
    """Return the actions of the operation, on the latest version of an S3 object and on others alike."""
    stated = context_of(facts).operation
    operation = failure.envelope.operation or (None if stated is None else stated.value)
    is_handler = failure.envelope.service is None and "AWS::" in failure.text
    # CloudFormation's handlers report the operation, and the type of the resource names its service.
    if is_handler and (handler := _HANDLER.search(failure.text)) is not None:
        return "derived", _actions_of_handler(handler["type"], handler["operation"])
    if operation is None:
        return "derived", ()
    # The text can name something else than a service, such as "queue", the first label of a host.
    service = failure.envelope.service
    if service is None or service_prefix(service) is None:
        service = facts.service
        if is_derived(facts, "service") and not actions_for(operation, service):
            service = None
    found = actions_for(operation, service)
    if service is None:
        excluded = _SERVICES_WITHOUT_CODE.get(failure.envelope.code or "", frozenset())
        found = tuple(each for each in found if each.service not in excluded)
    if service is not None or len(found) <= 1:
        return "derived", found[0].actions if found else ()
    picked = _pick_service(failure, found)
    if picked is not None:
        return "derived", picked.actions
    return "possible", tuple(each.actions[0] for each in found if each.actions)


def _actions_of_handler(service: str, operation: str) -> tuple[str, ...]:
    prefix = service_prefix(service)
    found = actions_for(operation, prefix) if prefix is not None else ()
    return found[0].actions if found else ()


def _pick_service(failure: AccessDenied, found: tuple[OperationActions, ...]) -> OperationActions | None:
    """Return the service that the code or the text implies, if any."""
    code = failure.envelope.code
    is_s3 = failure.envelope.host_id or (code in _S3_CODES and len(found) < _MAX_SERVICES_OF_S3_CALL)
    # Without a code, the words of S3 and its host or URI show it.
    is_s3 = is_s3 or (
        code is None and "Access Denied" in failure.text and _S3_PLACE.search(failure.text) is not None
    )
    by_service = {each.service: each for each in found}
    implied = by_service.get("ec2" if code in EC2_CODES else "s3" if is_s3 else "")
    return implied or by_service.get(find_called_service(failure, by_service) or "")


def session_action(action: str | None, resource: str, failure: AccessDenied) -> str | None:
    """Return the action that a call on objects of an S3 directory bucket requires instead.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam.html: the operations of the Zonal
    endpoint API.
    """
    if action is None or not action.startswith("s3:"):
        return None
    if "Bucket" in (failure.envelope.operation or "").removeprefix("HeadBucket"):
        return None
    return "s3express:CreateSession" if _DIRECTORY_BUCKET.search(resource) else None


# "role: ARN", as people and tools write the role of a pipeline or project.
_LABELLED_ROLE = lazy_pattern(
    r"(?am)(?:^[ \t]{0,8}(?:[\w-]{1,20} ){0,2}[\"']?(?i:\w{0,20}role(?:[_ ]?arn)?)[\"']?\s{0,4}[:=]\s?"
    # What a query for it prints.
    r"|\"(?:roleArn|serviceRole)\":\s?)[\"']?(arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
)
_CHARS_OF_SENTENCE = 120


def says_provided_role(failure: AccessDenied) -> bool:
    """Return whether a service says that the role lacks permissions that it was given, and not who called it."""
    start, end = failure.span
    line = failure.text[start : end + _CHARS_OF_SENTENCE].partition("\n")[0]
    return "provided role" in line or "provided role" in failure.text[start:end]


def find_provided_role(failure: AccessDenied, account: Stated | None) -> str | None:
    """Return the role that the text names as that of a controller, or as "the provided role" of a service."""
    if says_provided_role(failure):
        return only_one(set(_LABELLED_ROLE.findall(failure.text)))
    if account is None:
        return None
    return find_role_of_controller(failure.text, account.value)


def describe_unnamed(
    failure: AccessDenied, action: str | None, runtime: Runtime | None, *, may_be_controller: bool
) -> str | None:
    """Return whose credentials what ran the call uses, in words, if the text shows that."""
    if "HandlerErrorCode: " in failure.text:
        return "the role that CloudFormation uses"
    if " API returned error: " in failure.text[slice(*failure.span)]:
        return "the role of the Aurora cluster"
    # In a home directory, a program can have other credentials than those of the instance.
    is_certain = runtime is not None and runtime.kind != "cloudshell" and "/home/" not in runtime.words
    # A controller has the role of its service account, or that of the node.
    if runtime is not None and is_certain and runtime.kind != "eks-pod":
        return runtime.caller
    if action is None and failure.envelope.code in EC2_CODES:
        action = "ec2:"
    if action is not None and may_be_controller:
        from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial

        controller = find_controller_of_denial(action, failure)
        if controller is not None:
            return f"the role of {controller.name}"
    if runtime is not None and is_certain:
        return runtime.caller
    if "task role " in failure.text:
        from iamtriage.explaining._rules.shared.texts.ecs_starts import find_task_role

        if (name := find_task_role(failure.text)) is not None:
            return f"the task role {name}"
    return None
