"""Build the statements that the task of a denied action requires, of which AWS reports one action at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words, line_at, lower_first
from iamtriage.actions._lookup import find_action
from iamtriage.arns._principals import ServicePrincipal
from iamtriage.explaining._rules.shared.policies.policy_changes import statement_id
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.requirements.required_grants import token_condition
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.policies._documents import allow, build_statement
from iamtriage.policies._grants import Grant, build_grant
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.controllers import Controller
    from iamtriage.explaining._rules.shared.denial import Denial

_OUTER_CALL = lazy_pattern(r"(?a)when calling the (\w{1,80}) operation")
IMAGE = lazy_pattern(
    r"(?a)\b(?P<account>[0-9]{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]{6,30})\.[a-z.]{6,30}/(?P<name>[a-z0-9][a-z0-9._/-]{0,200}[a-z0-9])"
)
"""An image of ECR: the account, the Region and the name of its repository."""
# A namespace of metrics: those of Kubernetes have no capital letters and slashes.
_NAMESPACE = lazy_pattern(
    r"(?a)(?i:\bnamespace)[\"']?(?:\s?[:=]\s?|[ ])[\"']?(?P<name>(?=[a-z0-9._#:-]{0,100}[A-Z/])(?!AWS/)[\w./#:-]{1,200}[\w#])(?![\w(])"
)
_STANDARD_DENIAL = "is not authorized to perform"
_PACKAGES_LOGIN = lazy_pattern(
    r"(?a)\bcodeartifact (?:login|get-repository-endpoint)\b[^\n]{0,300}?--repository[= ][\"']?(?P<repository>[A-Za-z0-9][\w.-]{1,99})"
)
_STATE_LOCK = "With use_lockfile, it also requires s3:GetObject, s3:PutObject and s3:DeleteObject on the key with .tflock at the end."
_STATE_BESIDE_LOCK = (
    "The state file itself needs only s3:GetObject and s3:PutObject, and the bucket s3:ListBucket."
)
# https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
_MANAGED_POLICY = lazy_pattern(r"\bA(?:WS|mazon)\w{2,60}Policy\b")
_KAFKA = "kafka:* only manages clusters, so a working aws kafka describe-cluster proves only the identity. These kafka-cluster actions let a client connect and read topics. A producer also needs kafka-cluster:WriteData on the topics, and a consumer group kafka-cluster:AlterGroup on the groups."
_IDEMPOTENT = "Idempotent producers, the default since Kafka 3.0, also require kafka-cluster:WriteDataIdempotently on the cluster."
# https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control-use-cases.html
_WRITE_IDEMPOTENTLY = "kafka-cluster:WriteDataIdempotently"
_IDEMPOTENCE = "Producers that are idempotent require it: since Kafka 3.0, clients are by default. Without a change of the policy, set enable.idempotence=false in the producer: a retry can then write a record twice."
ALL_REQUIRED = "requires all of these actions."
"""The end of the step about a policy whose actions one task requires."""

# https://kafka.apache.org/documentation/#connect_running and
# https://spark.apache.org/docs/latest/structured-streaming-kafka-integration.html
_MADE_UP_GROUP = lazy_pattern(
    r":group/.+/(?:connect-(?P<connector>[\w.-]{1,200})|spark-kafka-source-[\w-]+)\Z"
)
_FRAMEWORKS = lazy_pattern(r"\bWorkerSinkTask\b|kafka\.connect|\bKafka ?Connect|\bconnectors?\b|(?i:\bspark)")
# "dynamodb:GetItem, Query and BatchGetItem"
_CALLS_OF_TABLES = lazy_pattern(
    r"\bdynamodb:[A-Z]\w{2,40}(?:(?:[\"']?\s?(?:,|/|and|&)\s{0,20}){1,2}[\"']?(?:dynamodb:)?[A-Z][a-z]\w{1,40}){0,20}"
)
_ROLE_OF_CACHE = lazy_pattern(r"\b(?=[\w-]{0,40}(?:DAX|[Dd]ax))[\w-]{0,40}[Rr]ole\w{0,20}(?![\w-])")
_LOG_GROUP = "Each run writes to another stream, so the Resource ends with :*. If the log group does not exist yet, logs:CreateLogGroup is required, too."


def task_statement(grant: Grant, denial: Denial) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the statement of a grant with what its task requires on the resource, and steps on the rest of the task."""
    statement = build_statement(grant, sid=statement_id(grant.action))
    steps = add_certain_companions(statement, denial)
    added: list[dict[str, Any]] = []
    if steps and grant.action.startswith("ecr:"):
        task = steps[0].partition(" requires ")[0]
        steps, added = (f"{task} {ALL_REQUIRED}",), [build_allow(("ecr:GetAuthorizationToken",), "*")]
    elif not steps and not grant.action.startswith("logs:"):
        steps, added = complete_task(statement, grant, denial)
    for each in added:
        actions = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
        others = f"{join_words(actions, 'and')} on {each['Resource']}."
        task, is_all, _ = steps[0].partition(f" {ALL_REQUIRED}")
        is_alone = is_all and isinstance(statement["Action"], str)
        step = f"{task} also requires {others}" if is_alone else f"{steps[0].removesuffix('.')}, and {others}"
        steps = (step, *steps[1:])
    return statement, steps


def add_certain_companions(statement: dict[str, Any], denial: Denial) -> tuple[str, ...]:
    """Add the other actions that the call certainly requires to a statement, and return steps that say so."""
    action: object = statement["Action"]
    if not isinstance(action, str):
        return ()
    text, start = denial.failure.text, denial.failure.span[0]
    if action == "cloudwatch:PutMetricData" and statement["Resource"] == "*":
        namespace = only_one({each["name"] for each in _NAMESPACE.finditer(text)})
        if namespace is not None:
            statement["Condition"] = {"StringEquals": {"cloudwatch:namespace": namespace}}
            return (
                f"The condition limits it to the namespace {namespace}: add others that the program uses.",
            )
    # A message of KMS within that of another service has its own envelope.
    line = line_at(text, start)
    outer = _OUTER_CALL.search(line) if denial.operation is None else None
    task, others = tasks.certain_companions(
        action,
        outer[1] if outer else denial.operation,
        text_signs.without_other_commands(denial.failure, denial.facts),
    )
    if not others:
        return ()
    statement["Action"] = [action, *others]
    if len(others) == 1:
        return (f"{task} requires {others[0]}, too.",)
    return (f"{task} {ALL_REQUIRED}", *_describe_tables(denial.resource or ""))


def _describe_tables(resource: str) -> tuple[str, ...]:
    """Return what the Kinesis Client Library requires on its other tables, if a resource is one of them.

    https://docs.aws.amazon.com/streams/latest/dev/kcl-iam-permissions.html
    """
    found = tasks.KCL_TABLE.search(resource)
    if found is None:
        return ()
    lease = found["lease"]
    other = "WorkerMetricStats" if resource.endswith("CoordinatorState") else "CoordinatorState"
    return (
        f"Since version 3, it has this table and {lease}-{other} beside the lease table: allow the same on that one, dynamodb:UpdateTable on the table {lease}, and dynamodb:Query on its index/*.",
    )


def add_image_actions(statement: dict[str, Any], denial: Denial) -> tuple[str, ...]:
    """Add what a push or pull requires on the repository to a statement of its policy, and return steps that say so.

    AWS names one missing action at a time, and only the owner of the repository can change its policy.
    """
    action: object = statement["Action"]
    if not isinstance(action, str) or denial.service != "ecr":
        return ()
    found = tasks.find_task(action, denial.failure.text)
    if found is None:
        return ()
    name, actions, on_star = found
    statement["Action"] = [action, *(each for each in actions if each != action)]
    has_policies = on_star and not isinstance(denial.principal, ServicePrincipal)
    own = (
        f", and {join_words(on_star, 'and')} in the caller's identity-based policies" if has_policies else ""
    )
    return (f"{name} requires all of these actions{own}.",)


def _describe_lock(text: str) -> str:
    """Return what the lock of a state is. Before Terraform 1.10, all locks were in DynamoDB."""
    lock = "The lock is an object of its own"
    if "use_lockfile" not in text:
        return lock
    return f"With use_lockfile, {lower_first(lock)}{', no longer an item in DynamoDB' if 'dynamodb' in text else ''}"


def _describe_state(denial: Denial, lock: str) -> str:
    """Return how to allow the locks of all states that a policy in the text covers, or what the state requires."""
    state = lock.removesuffix(".tflock")
    patterns = {
        each
        for policy in denial.context.policies
        for statement in policy.allows
        for each in as_strings(statement.get("Resource"))
        if each.endswith("*.tfstate") and matches(state, compile_glob(each))
    }
    pattern = only_one(patterns)
    if pattern is None:
        return _STATE_BESIDE_LOCK
    return f"For the locks of all states that the policy covers, use {pattern}.tflock as Resource."


def complete_task(
    statement: dict[str, Any], grant: Grant, denial: Denial
) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Add what the task of an action requires to its statement; return a step that says so, and more statements."""
    resource = statement["Resource"]
    is_of_state = grant.action in tasks.LOCK_FILE_ACTIONS and tasks.STATE_SIGNS.search(denial.failure.text)
    if is_of_state and isinstance(resource, str) and resource == denial.resource:
        if resource.endswith(".tflock"):
            statement["Action"] = [
                grant.action,
                *(each for each in tasks.LOCK_FILE_ACTIONS if each != grant.action),
            ]
            return (
                f"{_describe_lock(denial.failure.text)}, and {ALL_REQUIRED} Without s3:DeleteObject, it stays, and stops later runs. {_describe_state(denial, resource)}",
            ), []
        if grant.action not in tasks.STATE_ACTIONS:
            return (), []
        statement["Action"] = [grant.action, *(each for each in tasks.STATE_ACTIONS if each != grant.action)]
        bucket = build_allow(("s3:ListBucket",), resource.partition("/")[0])
        return (f"Terraform's state {ALL_REQUIRED}", _STATE_LOCK), [bucket]
    if grant.action == "kafka-cluster:Connect" and isinstance(resource, str) and resource == denial.resource:
        statement["Action"] = [grant.action, "kafka-cluster:DescribeCluster"]
        reads = ("kafka-cluster:DescribeTopic", "kafka-cluster:ReadData")
        # The denial names no topic and no group, so the policy must not allow all of the cluster.
        topic, group = (resource.replace(":cluster/", f":{each}/") for each in ("topic", "group"))
        topics = build_allow(reads, f"{topic}/TOPIC_NAME")
        return (_KAFKA,), [topics, build_allow(("kafka-cluster:DescribeGroup",), f"{group}/GROUP_NAME")]
    if grant.action.startswith("dax:"):
        return _complete_cache(statement, grant, denial.failure.text), []
    if grant.action == _WRITE_IDEMPOTENTLY:
        return (_IDEMPOTENCE,), []
    found = tasks.find_task(grant.action, denial.failure.text)
    if found is None or not isinstance(statement["Resource"], str):
        return (), []
    task, actions, added = found
    pushed = tasks.find_public_push(grant.action, denial.failure.text)
    if pushed is not None:
        statement["Action"] = list(actions)
        repository = f"arn:aws:ecr-public::{denial.account or 'ACCOUNT_ID'}:repository/{pushed[0]}"
        return ("The login to ECR Public and the push require all of these actions.",), [
            build_allow(pushed[1], repository)
        ]
    resource = "*"
    if grant.action in actions:
        statement["Action"] = [grant.action, *(each for each in actions if each != grant.action)]
        if grant.action.startswith("logs:"):
            # Each task or function writes to another stream.
            group = statement["Resource"].partition(":log-stream:")[0].removesuffix(":*")
            statement["Resource"] = f"{group}:*"
            return (f"{task} {ALL_REQUIRED}", _LOG_GROUP), []
    else:
        added, resource = actions, _find_repository(denial)
    more = [build_allow(added, resource)] if added else []
    service = tasks.SERVICES_OF_TOKENS.get(grant.action.partition(":")[0])
    if service is None or not more:
        idempotent = (_IDEMPOTENT,) if "kafka-cluster:WriteData" in actions else ()
        groups = _describe_group(grant.resources[0], denial.failure.text)
        return (*groups, f"{task} {ALL_REQUIRED}", *idempotent), more
    more[0]["Condition"] = token_condition(service)
    text, domain = denial.failure.text, grant.resources[0]
    login = _PACKAGES_LOGIN.search(text)
    step = f"{task} requires sts:GetServiceBearerToken, too."
    if login is not None and ":domain/" in domain and text.count(_STANDARD_DENIAL) == 1:
        # The command calls GetRepositoryEndpoint, and the package manager reads.
        repository = f"{domain.replace(':domain/', ':repository/')}/{login['repository']}"
        actions = (grant.action, *tasks.PACKAGE_ACTIONS)
        statement.update(Action=list(actions), Resource=[domain, repository])
        return (step, "Package managers require the actions on the repository."), more
    statement["Action"] = grant.action
    then = f"Package managers then require {join_words(tasks.PACKAGE_ACTIONS, 'and')} on the repository."
    return (step, then), more


def _complete_cache(statement: dict[str, Any], grant: Grant, text: str) -> tuple[str, ...]:
    """Add what a program calls in DynamoDB to the statement for its cache, and return steps on both.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html
    """
    named = [name for each in _CALLS_OF_TABLES.finditer(text) for name in re.findall(r"[A-Z]\w+", each[0])]
    others = [f"dax:{each}" for each in dict.fromkeys(named) if find_action(f"dax:{each}") is not None]
    actions = list(dict.fromkeys((grant.action, *others)))
    if len(actions) > 1:
        statement["Action"] = actions
    role = _ROLE_OF_CACHE.search(text)
    of_cluster = f"The role of the cluster{f', {role[0]},' if role else ''}"
    return (
        "For calls through DAX, an application needs the dax: action of each call, on the cluster: its dynamodb: permissions count only for calls without DAX.",
        f"{of_cluster} accesses the table, and needs no change for this error.",
    )


def _describe_group(resource: str, text: str) -> tuple[str, ...]:
    """Return where the name of a consumer group comes from that no setting has: a framework makes it up."""
    found = _MADE_UP_GROUP.search(resource)
    if found is None or not _FRAMEWORKS.search(text):
        return ()
    acls = (
        " Kafka's own ACLs do not apply to clients with IAM." if "ACL" in text or "kafka-acls" in text else ""
    )
    if found["connector"] is None:
        return (
            f"Spark makes up a group for each query: end the Resource with spark-kafka-source-*, or set kafka.group.id.{acls}",
        )
    restart = f"/connectors/{found['connector']}/restart?includeTasks=true&onlyFailed=true"
    return (
        "Kafka Connect reads for each sink connector with a group of its own, connect- and the connector's name, and not with group.id, the group of the workers. To cover all sinks, end the Resource with connect-*.",
        f"Then restart the failed task, which does not retry: POST {restart} to the API of Kafka Connect.{acls}",
    )


def build_allow(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    """Return the statement that allows actions on a resource, with a Sid named after the first one."""
    return allow(actions, resource, sid=statement_id(actions[0]))


def _find_repository(denial: Denial) -> str:
    """Return the ARN of the ECR repository that the text names, with placeholders for what it does not."""
    image = IMAGE.search(denial.failure.text)
    if image is not None:
        return f"arn:{denial.location.partition or 'aws'}:ecr:{image['region']}:{image['account']}:repository/{image['name']}"
    grant = build_grant("ecr:BatchGetImage", None, denial.location)
    return "REPOSITORY_ARN" if grant is None else grant.resources[0]


def drop_allowed(
    statements: list[dict[str, Any]],
    denial: Denial,
    kept: str | None = None,
    controller: Controller | None = None,
) -> tuple[list[dict[str, Any]], bool]:
    """Return statements without the other actions that policies in the text allow, perhaps on less, and whether there are any.

    Args:
        statements: The statements, of which the first stays as it is unless ``kept`` is given.
        denial: The denial.
        kept: The denied action, if it is all that the first statement has to keep.
        controller: The controller that calls. Its own policy stays whole beside the AWS managed policy that it adds to.
    """
    beside = _MANAGED_POLICY.findall(controller.policy_note) if kept and controller else ()
    if any(each in denial.failure.text for each in beside):
        return statements, False
    name: str | None = getattr(denial.role or denial.principal, "name", None)
    allowed = [
        action.lower()
        for policy in denial.context.policies
        if not policy.has_principal and (policy.owner is None or policy.owner[1] == name)
        for action in policy.allowed_actions
    ]
    if not allowed:
        return statements, False
    # Most denials have no policy in the text.
    from iamtriage.policies._patterns import compile_glob, matches

    patterns = [*map(compile_glob, allowed)]
    # A policy that has the denied action on another resource has the others on that, too.
    is_other_resource = kept is not None and any(matches(kept.lower(), each) for each in patterns)
    lacking = statements[: 1 if kept is None or is_other_resource else 0]
    for each in statements[len(lacking) :]:
        actions = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
        names = [
            one
            for one in actions
            if one == kept or not any(matches(one.lower(), pattern) for pattern in patterns)
        ]
        if names:
            shown = names[0] if len(names) == 1 else names
            lacking.append(
                each if names == actions else {**each, "Sid": statement_id(names[0]), "Action": shown}
            )
    return lacking, lacking != statements
