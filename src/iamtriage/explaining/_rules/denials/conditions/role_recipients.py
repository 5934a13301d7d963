"""Find out which service receives the role that a denied call passes.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import cached_pattern, lazy_pattern, may_find, only_one
from iamtriage._text import clip_text
from iamtriage.actions._operation_resources import role_parameters
from iamtriage.actions._operations import actions_for, service_prefix
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.kubernetes.controllers import permissions_of
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.shared.messages.decisions import request_values
from iamtriage.explaining._rules.shared.messages.derived_actions import find_called_service
from iamtriage.explaining._rules.shared.policies.statement_matching import names_resource
from iamtriage.explaining._rules.shared.requirements.services import RoleRecipient, find_role_recipient
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap

_CHARS_AROUND = 400
_SERVICE = lazy_pattern(
    r"(?a)\(Service: (?P<java>[A-Za-z0-9]{2,40})[,;]|\bAWS::(?P<type>[A-Za-z0-9]{2,30})::"
    # CloudFormation names the call before the message. Each denial has "User", which is not to be looked for.
    r"|\bAPI: (?P<api>[A-Za-z0-9]{2,30})(?::\w{2,60})? [U]ser: "
    r"|\"eventSource\": ?\"(?P<source>[a-z0-9-]{2,40})\.amazonaws\.com\""
)
# An action that can pass a role.
_PASSING_CALL = lazy_pattern(
    r"(?a)([a-z0-9-]{2,40}):((?:Create|Update|Modify|Register|Run|Start|Put)[A-Z]\w{1,60})"
)
# The end of a call, which is faster to find.
_CALL = lazy_pattern(r"(?a)\.[a-z]\w{3,60}\(")
_CLIENT = lazy_pattern(
    r"(?a)\b(?i:aws_)?([A-Za-z][A-Za-z0-9]{1,30}?)(?:_?[Cc]lient)?\.(?P<method>[a-z]\w{3,60})\("
)
# "create_delivery_stream failed", "new CreateFunctionCommand(…)", "create-state-machine"
_METHOD = lazy_pattern(
    r"(?a)(?<![\w:/-])(?:(?:create|modify|put|register|run|start|update)(?:[_-][a-z0-9]{1,30}){1,6}|(?:[Cc]reate|[Mm]odify|[Pp]ut|[Rr]egister|[Rr]un|[Ss]tart|[Uu]pdate)[A-Z]\w{2,50})(?![\w-]|\.\w)"
)
# "eks-nodes", "eksNodes", "EKSNodes".
_WORD = lazy_pattern(r"[A-Z]?[a-z][a-z0-9]*|[A-Z][A-Z0-9]*(?![a-z])")
_SEPARATORS = str.maketrans("", "", "-_ ")
# What tools say that they create, or a resource of Terraform; a part of a role's name, in lowercase and without hyphens;
# the operation and the service that most likely pass the role.
_CREATED = (
    (r"[Ii]nstance [Pp]rofile|aws_iam_instance_profile", "", "AddRoleToInstanceProfile", "iam"),
    (r"[Tt]ask[ _-]?[Dd]efinition|(?:Amazon )?ECS", "ecstask|taskexecution", "RegisterTaskDefinition", "ecs"),
    (r"Sage[Mm]aker|aws_sagemaker_\w+", "sagemaker", "", "sagemaker"),
    (r"Glue|aws_glue_\w+", "glue", "", "glue"),
    (r"Lambda [Ff]unction|aws_lambda_function", "lambda", "CreateFunction", "lambda"),
    (r"[Ss]tate [Mm]achine|Step Functions|aws_sfn_\w+", "stepfunctions", "", "states"),
    (r"CodeBuild|aws_codebuild_\w+", "codebuild", "", "codebuild"),
    (r"CodePipeline|aws_codepipeline", "codepipeline", "", "codepipeline"),
    (r"Bedrock|aws_bedrock\w+", "bedrock", "", "bedrock"),
    (r"Firehose|aws_kinesis_firehose_\w+", "firehose", "", "firehose"),
    (r"EMR [Cc]luster|aws_emr_cluster", "", "RunJobFlow", "elasticmapreduce"),
    (r"EC2 [Ii]nstances?|aws_instance", "", "RunInstances", "ec2"),
    (r"[Nn]ode ?[Gg]roup|aws_eks_node_group", "", "CreateNodegroup", "eks"),
    (r"EKS [Cc]luster|aws_eks_cluster", "ekscluster", "CreateCluster", "eks"),
)
_CREATES = lazy_pattern(
    r"(?a)(?:\b(?i:add|creat|updat|regist|start|launch|deploy|run|submit)\w{0,8}\b[^\n.]{0,120}?|\bwith (?:module\.[\w.\[\]\"-]{1,100}\.)?(?=aws_))\b(?:"
    + "|".join(f"(?P<n{number}>{words})" for number, (words, *_) in enumerate(_CREATED))
    + r")\b"
)
# Not the recipient of all roles that Amazon RDS calls pass.
_ENHANCED_MONITORING = RoleRecipient(("monitoring.rds.amazonaws.com",))
# An action of CodePipeline that deploys to Amazon ECS registers a task definition:
# https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html.
_ECS_ACTION = lazy_pattern(
    r"(?i:\bdeploy\w{0,4}[ _-]?(?:to[ _-]?)?ecs\b|\becs[ _-]?(?:deploy|action)|\bprovider[\"':= ]{1,4}ecs\b)"
)
_PIPELINE = lazy_pattern(
    r"\b[Aa]ction execution failed\b|\bprovided role does not have sufficient permissions\b|\bCodePipeline\b"
)
# All actions of a service, as people write them.
_ALL_ACTIONS = lazy_pattern(r"(?<![\w:/-])([a-z][a-z0-9-]{1,30}):\*(?![\w:/*-])")
# What shows that CreateCluster can pass the role of the nodes of EKS Auto Mode.
_NODE_ROLE = lazy_pattern(r"(?i)\*|node|worker")
_AUTO_MODE = lazy_pattern(r"(?i)\bauto.?mode\b|\bcompute_?config\b")
# Services whose own operations pass no role.
_PASSING_SERVICES = frozenset({"iam", "sts"})


def role_recipient(denial: Denial, call: tuple[str | None, str | None] | None = None) -> RoleRecipient | None:
    """Return the service that receives the role, as the facts, the call or a controller show.

    Args:
        denial: The denial.
        call: The result of :func:`find_call`, if it is known.
    """
    stated = request_values(denial.facts, "iam:PassedToService")
    known = find_role_recipient(*(call or find_call(denial)))
    if known is None and denial.operation is None:
        controller = permissions_of("iam:PassRole", denial.failure.text)
        service = None if controller is None else controller.passes_roles_to
        known = RoleRecipient((service,)) if service else None
    if stated and (known is None or set(known.passed_to).isdisjoint(stated)):
        return RoleRecipient(stated)
    if stated or known is None or len(known.passed_to) == 1:
        return known
    # "orders-rds-monitoring" tells which of the call's roles it is.
    named = guess_recipient(denial)
    is_one_of_known = (
        named is not None
        and set(named.passed_to) <= set(known.passed_to)
        and set(named.trusted) <= set(known.trusted)
    )
    return named if is_one_of_known else known


def find_call(denial: Denial) -> tuple[str | None, str | None]:
    """Return the operation and service that passes the role: those of the call, or of what a tool creates."""
    operation, service = denial.operation, _called_service(denial)
    if operation is not None or find_role_recipient(None, service) is not None:
        return operation, service
    text, (start, end) = denial.failure.text, denial.failure.span
    if _PIPELINE.search(text) and _ECS_ACTION.search(text):
        return "RegisterTaskDefinition", "ecs"
    before = list(_CREATES.finditer(text, max(start - _CHARS_AROUND, 0), start))
    found = before[-1] if before else _CREATES.search(text, end, end + _CHARS_AROUND)
    if found is None or found.lastgroup is None:
        return _find_method(text, start, end) or (operation, service)
    *_, created, of_created = _CREATED[int(found.lastgroup[1:])]
    return created or None, of_created


def _find_method(text: str, start: int, end: int) -> tuple[str, str] | None:
    """Return the operation of the only SDK method around a denial that passes a role, and its service."""
    around = text[max(start - _CHARS_AROUND, 0) : start], text[end : end + _CHARS_AROUND]
    calls: set[tuple[str, str]] = set()
    for found in (each for part in around for each in _METHOD.finditer(part)):
        words = re.split(r"[_-]", found[0].removesuffix("Command"))
        operation = "".join(f"{each[:1].upper()}{each[1:]}" for each in words)
        services = {each.service for each in actions_for(operation)}
        # Other services have an operation of the same name, too.
        is_named = len(services) > 1
        calls |= {
            (operation, each)
            for each in services
            if find_role_recipient(operation, each) is not None
            and not (is_named and each not in "".join(around).lower())
        }
    return only_one(calls)


def guess_recipient(denial: Denial) -> RoleRecipient | None:
    """Return the service that most likely receives the role, by its name or by what else the policies allow."""
    name = (denial.target_role_name or "").lower().replace("-", "").replace("_", "")
    if "rdsmonitoring" in name or "rdsenhancedmonitoring" in name:
        return _ENHANCED_MONITORING
    found = (each for each in _CREATED if each[1] and cached_pattern(each[1]).search(name))
    named = (find_role_recipient(operation or None, service) for *_, operation, service in found)
    return next(named, None) or _recipient_in_policies(denial) or _recipient_in_role(denial)


def list_recipients(denial: Denial) -> dict[str, RoleRecipient]:
    """Return the recipients of the roles that calls of the denied one's name can pass, by their service."""
    operation = denial.operation
    found = {
        each.service: find_role_recipient(operation, each.service)
        for each in (actions_for(operation) if operation else ())
        if role_parameters(operation or "", each.service)
    }
    return {service: recipient for service, recipient in found.items() if recipient is not None}


def _recipient_in_role(denial: Denial) -> RoleRecipient | None:
    """Return the only recipient whose service the path or the name of the role contains, such as ``role/eks/nodes``."""
    role = denial.target_role
    words = {each.lower() for each in _WORD.findall("" if role is None else f"{role.path}{role.name}")}
    return only_one([each for service, each in list_recipients(denial).items() if service in words])


def _called_service(denial: Denial) -> str | None:
    """Return the action prefix of the called service, which is not the denied action's, iam."""
    facts = denial.facts
    if facts.service is not None and (prefix := service_prefix(facts.service)) not in _PASSING_SERVICES:
        return prefix or (None if is_derived(facts, "service") else facts.service)
    if is_deploy_role(denial):
        return "cloudformation"
    operation = denial.operation
    services = [each.service for each in actions_for(operation)] if operation else []
    called = services[0] if len(services) == 1 else find_called_service(denial.failure, services)
    if called is None:
        called = _stated_service(denial, services)
    if called is None and facts.cluster is not None and not is_derived(facts, "cluster"):
        return "eks"
    return called


def is_deploy_role(denial: Denial) -> bool:
    """Return whether the caller is the role with which the AWS CDK deploys stacks."""
    found = None if denial.role is None else cdk_bootstrap.ROLE.match(denial.role.name)
    return found is not None and found["purpose"] == "deploy"


def _stated_service(denial: Denial, candidates: list[str]) -> str | None:
    """Return the service that a tool names next to the denial, which is about IAM, or one that has the operation."""
    text, (start, end) = denial.failure.text, denial.failure.span
    is_stated = may_find(_SERVICE, text)
    low, high = max(start - _CHARS_AROUND, 0), end + _CHARS_AROUND
    for found in _SERVICE.finditer(text, low, high) if is_stated else ():
        prefix = service_prefix(found["java"] or found["type"] or found["api"] or found["source"])
        if prefix is not None and prefix not in _PASSING_SERVICES:
            return prefix
    # A line of code: eks_client.create_cluster(…), redshift.createCluster(…).
    called = _CLIENT.finditer(text) if _CALL.search(text) else ()
    operation = (denial.operation or "-").lower()
    names = {each[1].lower() for each in called if each["method"].replace("_", "").lower() == operation}
    clients = [each for each in candidates if each in names]
    if len(clients) == 1:
        return clients[0]
    # "EmrServerlessStartJobOperator" and "(emr-serverless)". Prefixes of one word are too ambiguous.
    hyphenated = [each for each in candidates if "-" in each]
    around = text[low:high].lower().translate(_SEPARATORS) if hyphenated else ""
    return only_one([each for each in hyphenated if each.replace("-", "") in around])


def _recipient_in_policies(denial: Denial) -> RoleRecipient | None:
    """Return the only service to which the calls that the policies in the text allow pass a role."""
    actions = {action for policy in denial.context.policies for action in policy.allowed_actions}
    calls = (each.groups() for each in map(_PASSING_CALL.fullmatch, actions) if each is not None)
    found = {find_role_recipient(name, service) for service, name in calls}
    found.discard(None)
    return only_one(found)


def describe_exception(denial: Denial, recipient: RoleRecipient, stated: tuple[Role, ...]) -> str:
    """Return what else to know about the role that a call passes, which the text can state, or nothing."""
    note = recipient.exception or ""
    shown = _NODE_ROLE.search(denial.resource or " ".join(map(str, stated)) or "*") or _AUTO_MODE.search(
        denial.failure.text
    )
    return note if shown or "Auto Mode" not in note else ""


def describe_call(denial: Denial, passed: str) -> str:
    """Return which call passes a role to its recipient, given in words, as the end of a sentence."""
    operation = denial.operation
    if operation is None:
        return f"passes {passed}."
    # People think that all actions of the called service include it.
    text = denial.failure.text
    named: list[str] = _ALL_ACTIONS.findall(text) if ":*" in text else []
    called = {each.service for each in actions_for(operation)} - {"iam"} if named else set[str]()
    service = next((each for each in named if each in called), None)
    apart = f": {service}:* does not include it" if service is not None else ""
    return f"called {operation}, which passes {passed}. iam:PassRole was denied within that call, not {operation} itself{apart}."


# The roles of a task definition, as JSON, YAML or in Terraform.
_ROLE_OF_TASK = lazy_pattern(
    r"\b(?:task|execution)_?[rR]ole_?[aA]rn[\"']?\s{0,4}[:=]\s{0,4}[\"']?(arn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=,.@/-]{1,576})"
)


def describe_other_role(denial: Denial, statement: Mapping[str, Any]) -> str:
    """Return that ECS checks the other role of a task definition, and whether a statement covers it."""
    named = only_one({*_ROLE_OF_TASK.findall(denial.failure.text)} - {denial.resource})
    if named is None:
        return "ECS checks the other role of the task definition, too: the Resource must match both, executionRoleArn and taskRoleArn."
    covers = "covers" if names_resource(statement, named) else "must cover, too"
    return f"ECS also checks the other role of the task definition, {clip_text(named.rpartition('/')[2])}, which the Resource {covers}."
