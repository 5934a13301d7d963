"""Advise programs whose calls are throttled on how to make fewer of them.

Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md,
https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits,
https://developer.hashicorp.com/terraform/cli/commands/apply (-parallelism) and
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._context.readers.kubernetes import controllers
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import THROTTLED
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import Commands, account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AwsError

_DEFAULT_ATTEMPTS = 10
# What SDKs print when they give up; botocore counts the retries after the first attempt.
_ATTEMPTS = lazy_pattern(
    r"(?:maximum number of attempts, |\(SDK Attempt Count: |\battempts[\"']?: (?=\d{1,3},\s{1,20}[\"']?totalRetryDelay))(?P<attempts>\d{1,3})\b|reached max retries: (?P<retries>\d{1,3})\b"
)
# What the settings or a sentence say: maxRetries: 20, "max_attempts": 12, "we set AWS_MAX_ATTEMPTS to 15".
_SET_ATTEMPTS = lazy_pattern(
    r"(?i:\b(?:AWS_)?max_?(?:error_?)?(?:retries|attempts|retry)\b[\"']?(?: is| was)?(?: set)?(?: to)?\s?[:=(]?\s?[\"']?(?P<set>\d{1,3}))\b"
)
_TERRAFORM = lazy_pattern(
    r"\bError: (?:reading|creating|updating|deleting|listing|waiting for) [A-Z]|\bterraform (?:plan|apply|destroy|refresh)\b"
)
_ROUTE_53_RATES = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html"
_ROUTE_53 = lazy_pattern(r"hosted ?zones?\b|resource ?records? ?sets\b|\broute ?53\b", re.IGNORECASE)
_WORD_START = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])")
# The ID of a resource, but not a part of a UUID, or the ID of a request or job.
_ID = lazy_pattern(
    r"(?<![\w-])(?!(?:job|req|request|run|task|trace)-)[a-z]{1,10}-[0-9a-f]{8}(?:[0-9a-f]{9})?(?![\w-])",
    re.ASCII,
)
# The only ID of a call is a variable, in code or in a shell, such as that of a loop before it.
_VARIABLE = lazy_pattern(
    r"\[\s?(?P<code>\w{1,40})\s?\]|ids? [\"']?\$\{?(?P<shell>\w{1,40})", re.ASCII | re.IGNORECASE
)
_CHARS_OF_LOOP = 300
_STS_OPERATION = lazy_pattern(r"AssumeRole|GetCallerIdentity|GetSessionToken|GetFederationToken")
_CLI = lazy_pattern(
    r"\baws [a-z][a-z0-9-]{1,30} [a-z]|\(reached max retries: \d+\)|\baws-cli/|\bboto|An error occurred \("
)
# How each controller calls less often, by its name.
_FLAGS = {
    "Cluster Autoscaler": "Raise --scan-interval, which is 10 seconds by default, for example to 1m, and let it watch fewer Auto Scaling groups: narrow the tags in --node-group-auto-discovery.",
    # https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits/
    "ExternalDNS": "Raise --interval, which is one minute by default, set --provider-cache-time, for example to 15m, and limit the zones with --domain-filter or --zone-id-filter.",
    "the AWS Load Balancer Controller": "Limit its calls with --aws-api-throttle.",
    # https://external-secrets.io/latest/api/externalsecret/
    "External Secrets Operator": "Raise refreshInterval in the ExternalSecrets, for example to 1h: at each interval, each of them makes a call for each key in its data. Keep several values as JSON in one key.",
}
# What shows whether a retry has succeeded.
_SHOW_RESULTS = {
    "the EBS CSI driver": Labelled("What is still not attached:", "kubectl get volumeattachments")
}
# What shows the settings of a controller, if they are not in its Deployment.
_SHOW_SETTINGS = {"External Secrets Operator": "kubectl get externalsecrets --all-namespaces"}
# https://github.com/kubernetes-sigs/aws-ebs-csi-driver/releases/tag/v1.30.0
_UPDATES = {
    "the EBS CSI driver": "Update the driver, which since v1.30 batches Describe calls and slows down when it is throttled, and attach fewer volumes at once: roll out in smaller steps."
}
_FEWER = "Make fewer calls: cache results, use filters and large pages, and run fewer jobs in parallel."
_REUSE = "Make fewer calls: use the credentials of one AssumeRole, and the client that has them, until shortly before they expire, instead of a call for each message, request or job."
_STS_RATES = "Each STS endpoint has its own rate per account, which AWS does not raise: call the regional endpoint, not the global one (AWS_STS_REGIONAL_ENDPOINTS=regional)."
RAISE_PARAMETERS = account_remedy(
    "If that is not enough, raise the rate of Parameter Store, for a charge",
    commands="aws ssm update-service-setting --region REGION --setting-id /ssm/parameter-store/high-throughput-enabled --setting-value true",
    url="https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html",
)
_FEWER_PARAMETERS = "Make fewer calls: read all parameters of a path with GetParametersByPath, or up to 10 names with GetParameters, which are separate actions in policies, and cache the values."
_FEWER_PAGES = "Make fewer calls: GetParametersByPath returns at most 10 parameters for each call. Keep values that are read together in one parameter, as JSON, cache them, and spread the starts of programs that read them."
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html
_FEWER_SECRETS = "Make fewer calls: cache the secret in the program, as the caching libraries of Secrets Manager do, instead of a call for each request or job."
# https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html
_IN_FUNCTIONS = " Read outside of the handler, or add the AWS Parameters and Secrets Lambda Extension, which caches the values."
# https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
_FEWER_EMAILS = "Send more slowly, from a queue: MaxSendRate of aws ses get-send-quota is how many emails the account may send a second in the Region. In the sandbox it is 1. Retry after up to 10 minutes."
_FEWER_STATES = "Make fewer calls: ask for the state less often, for example with a waiter that has a longer delay, and for many resources in one call, with filters, IDs and a paginator."
_FEWER_STATES_OF_ONE = "Make fewer calls: keep the response while it cannot have changed, ask for the state less often, for example with a waiter that has a longer delay, and run fewer jobs at the same time."
_FEWER_CLUSTERS = "Make fewer calls: the endpoint and the certificate of a cluster hardly ever change. Run aws eks update-kubeconfig once, and pass the kubeconfig to the other jobs. Run fewer jobs at the same time, and wait for a state with longer pauses."
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html; the rate:
# https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/502
_FEWER_REGISTRATIONS = "Make fewer calls: register a task definition only if it changed. ECS allows about 1 registration a second per account and Region, and bursts of 20."
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html,
# https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
_FEWER_KEYS = "Make fewer calls to KMS: enable an S3 Bucket Key for the bucket, which applies to new objects (copy the old ones over themselves), write fewer and larger objects, and run fewer calls in parallel. An administrator can request a higher value of the KMS quota for cryptographic operations in Service Quotas."
# https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
_FEWER_KMS_CALLS = "Make fewer calls to KMS: reuse a data key for several items (envelope encryption; the AWS Encryption SDK caches data keys), cache decrypted values, and make fewer calls in parallel."
_KEY_CALLERS = "To find who else calls, count the events GenerateDataKey and Decrypt of kms.amazonaws.com by userIdentity in CloudTrail: all callers of the account share the rate in a Region, and so do services such as S3, which call KMS less often with an S3 Bucket Key."
_OF_KMS = lazy_pattern(
    r"the rate at which you may call KMS\b|\(Service: (?:AWS)?K[Mm][Ss]\b|\brequest rate for operations involving (?:AWS )?KMS\b"
)
_FEWER_CHANGES = "Make fewer calls: put the changes of a hosted zone into one change batch, and change a zone from one program at a time."
_MANY_IN_ONE_CALL = "Ask for many resources in one call, and retry with exponential backoff and jitter"
_ONE_BY_ONE = "Pass a list of IDs in each call, or filters with a paginator, instead of a call for each resource, and keep the response while it cannot have changed."
# The pattern of the operation -> how to call less often.
_FEWER_OF_OPERATIONS = (
    (lazy_pattern(r"ChangeResourceRecordSets"), _FEWER_CHANGES),
    (lazy_pattern(r"RegisterTaskDefinition"), _FEWER_REGISTRATIONS),
    (lazy_pattern(r"GetParametersByPath"), _FEWER_PAGES),
    (lazy_pattern(r"GetParameter"), _FEWER_PARAMETERS),
    (lazy_pattern(r"GetSecretValue"), _FEWER_SECRETS),
    (lazy_pattern(r"Send(?:\w*Email|EmailBatch)\Z"), _FEWER_EMAILS),
    (lazy_pattern(r"Describe\w*s\Z"), _FEWER_STATES),
    (lazy_pattern(r"Describe"), _FEWER_STATES_OF_ONE),
)
# The stack trace of a program in Python, Java, JavaScript or Go.
_STACK_TRACE = lazy_pattern(
    r"\bTraceback \(most recent call last\)|\n[ \t]+at [\w.$<>/ ]{1,200}\(|\n[ \t]+at (?:async )?\S{1,200}:\d+:\d+|\bgoroutine \d+ \["
)
_FIND_USERS = "aws cloudtrail lookup-events --region REGION --lookup-attributes AttributeKey=EventName,AttributeValue={} --max-results 50 --query 'Events[].[Username]' --output text | sort | uniq -c"
_FIND_CALLERS = "To find who else calls, count the events of the operation by userIdentity in CloudTrail."


def calls_sts(case: Case[AwsError]) -> bool:
    """Return whether the throttled call is of STS."""
    return case.service == "sts" or _STS_OPERATION.match(case.operation or "") is not None


def _calls_route_53(case: Case[AwsError]) -> bool:
    service = case.service
    return service == "route53" or (service is None and _ROUTE_53.search(case.text) is not None)


def _calls_ec2(case: Case[AwsError]) -> bool:
    service, operation = case.service, case.operation
    if service is not None or operation is None:
        return service == "ec2"
    services = [each.service for each in actions_for(operation)]
    # Other services with an operation of this name have other codes.
    return services == ["ec2"] or (
        "ec2" in services and clues.error_code(case.failure) == "RequestLimitExceeded"
    )


def calls_one_by_one(case: Case[AwsError]) -> bool:
    """Return whether the text shows an operation that takes lists with one resource in each of several calls."""
    operation, text = case.operation or "", case.failure.text
    if not (operation.isalnum() and operation.endswith("s")):
        return False
    name = _WORD_START.sub("[_-]?", operation)
    calls = list(re.finditer(rf"(?i)\b{name}(?:Command|Input|Request)?\b[^\n]{{0,300}}", text))
    listed = [each for each in (set(_ID.findall(call[0])) for call in calls) if each]
    is_logged = all(len(each) == 1 for each in listed) and len(set[str]().union(*listed)) > 1
    return is_logged or any(_is_in_loop(text, call) for call in calls)


def _is_in_loop(text: str, call: re.Match[str]) -> bool:
    variable = _VARIABLE.search(call[0])
    if variable is None:
        return False
    name = variable["code"] or variable["shell"]
    before = text[max(call.start() - _CHARS_OF_LOOP, 0) : call.start()]
    return re.search(rf"\bfor(?:each)?\b[^\n]{{0,100}}?\b{name}\b", before, re.IGNORECASE) is not None


def is_of_kms(case: Case[AwsError]) -> bool:
    """Return whether KMS throttled a call of its own, or the use of a key within another one."""
    return case.service == "kms" or _OF_KMS.search(case.text) is not None


def uses_throttled_key(case: Case[AwsError]) -> bool:
    """Return whether KMS throttled the use of a key within the call of another service."""
    if not is_of_kms(case):
        return False
    operation, service = case.operation, case.service
    return service not in {"kms", None} if operation is None else not actions_for(operation, "kms")


def throttling_text(case: Case[AwsError]) -> str:
    """Return whose calls count, with the rate where AWS documents one for all accounts.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html and
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
    """
    if clues.error_code(case.failure) == "PriorRequestNotComplete":
        return "Route 53 was still processing an earlier change of the same hosted zone."
    if _calls_route_53(case):
        return "All programs of an account share the rate of Route 53, by default 10 calls a second and fewer for some operations. Record changes have a separate limit."
    if uses_throttled_key(case):
        return "KMS got too many calls of the account in the Region: the service calls it for the data that it encrypts with a KMS key. Nothing is wrong with the key policy."
    if is_of_kms(case):
        return "KMS limits the calls of an account in a Region, all callers and keys together. The key policy is not the problem."
    if _calls_ec2(case):
        return "EC2 limits how often an account calls each operation in a Region, all callers together. This is not the quota of instances or other resources."
    return THROTTLED.text


def find_calling_controller(case: Case[AwsError]) -> controllers.Controller | None:
    """Return the controller that made a call, by the text or the service account of the facts."""
    return controllers.find_controller(case.failure.text) or controllers.find_controller_of_account(
        case.facts.service_account
    )


def _advise_fewer(case: Case[AwsError], operation: str, *, is_function: bool) -> str:
    """Return how a program makes fewer calls of an operation."""
    # EMR has a call with this name, too, but no kubeconfig.
    is_eks = case.service == "eks" or case.facts.cluster is not None
    if operation == "DescribeCluster" and is_eks and case.service in {None, "eks"}:
        return _FEWER_CLUSTERS
    fewer = next((words for pattern, words in _FEWER_OF_OPERATIONS if pattern.match(operation)), _FEWER)
    return (
        fewer + _IN_FUNCTIONS
        if is_function and fewer in {_FEWER_PAGES, _FEWER_PARAMETERS, _FEWER_SECRETS}
        else fewer
    )


def _find_attempts(case: Case[AwsError]) -> tuple[int, bool]:
    """Return how many attempts the SDK made, or which the text sets, and whether it sets them."""
    found, stated = _ATTEMPTS.search(case.text), _SET_ATTEMPTS.search(case.failure.text)
    made = int(found["attempts"] or int(found["retries"]) + 1) if found is not None else 0
    allowed = 0 if stated is None else int(stated["set"])
    return max(made, allowed), allowed > made


def throttling_remedy(case: Case[AwsError]) -> Remedy:
    """Return the remedy that makes fewer calls, with the settings that the program has."""
    controller = find_calling_controller(case)
    context = case.context
    is_pod = context.runtime_kind == "eks-pod" or text_signs.is_about_pods(case.text)
    url = _ROUTE_53_RATES if _calls_route_53(case) else pages.SDK_RETRIES
    operation = case.operation or ""
    is_function = context.runtime_kind == "lambda"
    fewer = _advise_fewer(case, operation, is_function=is_function)
    assumes_role = calls_sts(case) and (not operation or operation.startswith("AssumeRole"))
    if assumes_role:
        provider = credential_remedies.REFRESHING_PROVIDERS.get(case.failure.envelope.source or "")
        kept = ""
        if provider:
            kept = f" With this SDK, {provider} does that, if all calls share one client for each role."
        if case.failure.envelope.source == "botocore":
            kept = " With a profile that has role_arn, the AWS CLI and each boto3 Session do that."
        fewer = f"{_REUSE}{kept}"
    if is_of_kms(case):
        fewer = _FEWER_KEYS if uses_throttled_key(case) else _FEWER_KMS_CALLS
        url = "https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html"
    if controller is not None:
        return _controller_remedy(controller, operation if operation.isalnum() else "OPERATION", url)
    attempts, is_stated = _find_attempts(case)
    if context.terraform is not None or _TERRAFORM.search(case.text):
        return _terraform_remedy(attempts)
    if "s3a" in case.text:
        return _s3a_remedy(fewer, url)
    retry = "Let the SDK retry: the modes standard and adaptive use exponential backoff with jitter; adaptive also slows down."
    lines: Commands = ()
    has_enough = attempts >= _DEFAULT_ATTEMPTS
    settings = "AWS_RETRY_MODE=adaptive" + ("" if has_enough else f" AWS_MAX_ATTEMPTS={_DEFAULT_ATTEMPTS}")
    if has_enough:
        retry = f"The SDK already {'has' if is_stated else 'made'} {attempts} attempts. More attempts are more calls: let it slow down with the retry mode adaptive."
    elif attempts:
        retry = f"The SDK gave up after {attempts} attempts. The retry mode adaptive backs off with jitter and sends more slowly, and AWS_MAX_ATTEMPTS={_DEFAULT_ATTEMPTS} allows more attempts."
    if _CLI.search(case.text) and not (is_pod or context.runtime or _STACK_TRACE.search(case.text)):
        lines = (f"export {settings}{' AWS_STS_REGIONAL_ENDPOINTS=regional' if assumes_role else ''}",)
    else:
        program = "function" if is_function else "program"
        retry += f" Set {settings.replace(' ', ' and ')} in the environment of the {program}."
    title, steps = "Retry with exponential backoff and jitter, and make fewer calls", [retry, fewer]
    if calls_one_by_one(case):
        title, steps = _MANY_IN_ONE_CALL, [_ONE_BY_ONE, retry]
    if assumes_role:
        title = "Reuse the role's credentials, and retry with exponential backoff and jitter"
        steps = [fewer, retry, _STS_RATES]
    if is_of_kms(case) or not (operation.isalnum() and lines):
        steps.append(_KEY_CALLERS if is_of_kms(case) else _FIND_CALLERS)
    else:
        lines = (
            *lines,
            Labelled(
                f"Who else calls (CloudTrail{'; the global endpoint of STS is in us-east-1' if assumes_role else ''}):",
                _FIND_USERS.format(operation),
            ),
        )
    return your_remedy(title, *steps, commands=lines, url=url)


def _s3a_remedy(fewer: str, url: str) -> Remedy:
    """Return the remedy for Hadoop's client, which has its own retries.

    https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/performance.html
    """
    return your_remedy(
        "Run fewer tasks at once, and make fewer calls",
        fewer,
        "Read with fewer executors, or lower fs.s3a.connection.maximum. S3A retries automatically: fs.s3a.retry.throttle.limit and fs.s3a.retry.throttle.interval let it wait longer before a task fails. In Spark, these options have the prefix spark.hadoop.",
        _KEY_CALLERS if "KMS" in fewer else None,
        url=url,
    )


def _controller_remedy(controller: controllers.Controller, operation: str, url: str) -> Remedy:
    if (flags := _FLAGS.get(controller.name)) is not None:
        show = _SHOW_SETTINGS.get(controller.name)
        return cluster_remedy(
            f"Let {controller.name} make fewer calls",
            flags,
            _FIND_CALLERS,
            commands=show or f"kubectl --namespace NAMESPACE edit {controller.workload}",
            url=url,
        )
    return cluster_remedy(
        "Find out who makes so many calls",
        f"{capitalize_start(controller.name)} retries automatically: a single error needs no action, and nothing has to be repeated by hand.",
        "If it goes on, count the events of the operation by userIdentity in CloudTrail: other controllers, scripts and clusters of the account share the rate.",
        _UPDATES.get(controller.name),
        commands=(_FIND_USERS.format(operation), _SHOW_RESULTS.get(controller.name)),
        url=url,
    )


def _terraform_remedy(attempts: int) -> Remedy:
    """Return the remedy for Terraform, whose provider retries automatically."""
    retried = f"already made {attempts} attempts" if attempts else "retries automatically"
    return your_remedy(
        "Let Terraform make fewer calls at once",
        f"The provider {retried}. Run plan and apply with fewer operations at once: -parallelism is 10 by default.",
        'If that is not enough, set retry_mode = "adaptive" in the provider, or read fewer resources in a run: split the state, or plan with -target or -refresh=false.',
        _FIND_CALLERS,
        commands="terraform apply -parallelism=3",
        url="https://developer.hashicorp.com/terraform/cli/commands/apply",
    )
