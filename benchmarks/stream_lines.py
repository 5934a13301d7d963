"""Generate ordinary log lines with IDs, ARNs and statuses that are not AWS or EKS failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.stream_failures import Fresh

__all__ = ("FORMAT_LINES", "ORDINARY", "Message", "draw_ordinary")


class Message(NamedTuple):
    """The message of an ordinary entry.

    Attributes:
        level: Its level.
        text: Its text, of one or more lines.
        bare: Whether another program wrote it, so that it does not have the format of the log.
    """

    level: str
    text: str
    bare: bool = False


_STATUSES = (200, 200, 204, 301, 400, 401, 403, 403, 404, 404, 429, 500, 502, 503)
_PATHS = ("/api/orders/{name}", "/login", "/healthz", "/v1/buckets/{name}/policy", "/iam/roles/{name}")


def _combined(fresh: Fresh) -> Message:
    rnd = fresh.rnd
    address = f"10.1.{rnd.randrange(9)}.{rnd.randrange(250)}"
    asked = f"{rnd.choice(('GET', 'POST', 'HEAD'))} {fresh.filled(rnd.choice(_PATHS))} HTTP/1.1"
    at = f"07/Oct/2026:09:{rnd.randrange(60):02}:{rnd.randrange(60):02} +0000"
    line = f'{address} - - [{at}] "{asked}" {rnd.choice(_STATUSES)} {rnd.randrange(9999)} "-" "curl/8.5.0"'
    return Message("INFO", line, bare=True)


def _balancer(fresh: Fresh) -> Message:
    rnd = fresh.rnd
    status = rnd.choice(_STATUSES)
    group = fresh.filled(
        "arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/0123456789abcdef"
    )
    line = (
        f"https 2026-10-07T09:{rnd.randrange(60):02}:{rnd.randrange(60):02}.186641Z app/{fresh.name()}/50dc6c495c0c9188 "
        f"192.0.2.{rnd.randrange(250)}:{rnd.randrange(2000, 60000)} 10.0.0.1:80 0.001 0.004 0.000 {status} {status} 34 366 "
        f'"GET https://shop.example.com:443{fresh.filled(rnd.choice(_PATHS))} HTTP/1.1" "curl/8.5.0" '
        f'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 {group} "Root=1-58337262-{fresh.token(24)}"'
    )
    return Message("INFO", line, bare=True)


def _request(fresh: Fresh) -> Message:
    status = fresh.rnd.choice(_STATUSES)
    took = fresh.rnd.randrange(900)
    return Message("INFO", f"request id={fresh.request_id()} status={status} path=/orders took={took}ms")


def _outgoing(fresh: Fresh) -> Message:
    rnd = fresh.rnd
    status = rnd.choice(("401 Unauthorized", "403 Forbidden", "404 Not Found", "503 Service Unavailable"))
    return Message("WARN", f"POST https://hooks.example.com/{fresh.name()} answered {status}, will try again")


_WORDS = (
    ("INFO", "processed batch {name} in 213 ms"),
    ("INFO", "assumed role arn:aws:iam::{account}:role/{name} for the nightly run"),
    ("INFO", "running as arn:aws:sts::{account}:assumed-role/{name}/session"),
    ("INFO", "published to arn:aws:sns:{region}:{account}:{name}"),
    ("INFO", "uploaded s3://{name}/2026/10/07.csv (48211 bytes)"),
    ("INFO", "using key arn:aws:kms:{region}:{account}:key/{name} of account {account}"),
    ("INFO", "attached policy arn:aws:iam::{account}:policy/{name} to role {name}"),
    ("INFO", "service account system:serviceaccount:shop:{name} is bound to ClusterRole view"),
    ("INFO", 'GET "https://s3.{region}.amazonaws.com/{name}" finished with 200 in 31 ms'),
    ("DEBUG", "cache hit ratio 0.93 for {name}"),
    ("DEBUG", "Making request for OperationModel(name=ListQueues) with params of {name}"),
    ("DEBUG", 'orders_total{{status="403",shop="{name}"}} 17'),
    ("WARN", "retrying {name} in 4s (attempt 2 of 5)"),
    ("WARN", "queue {name} holds 1204 messages, scaling out"),
    ("ERROR", "connection to {name}.example.com:5432 reset by peer, reconnecting"),
    ("ERROR", "order {name} failed: customer not found"),
    ("ERROR", "cannot open /var/lib/{name}/state.json: Permission denied"),
    ("ERROR", "worker {name} exited with code 1, starting it again"),
)


def _words(fresh: Fresh) -> Message:
    level, text = fresh.rnd.choice(_WORDS)
    return Message(level, fresh.filled(text))


def _answered(fresh: Fresh) -> Message:
    headers = f"{{'x-amzn-RequestId': '{fresh.request_id()}', 'Content-Type': 'application/x-amz-json-1.0'}}"
    return Message("DEBUG", f"Response headers: {headers}, status 200")


_PYTHON_TRACE = """order {name} failed
Traceback (most recent call last):
  File "/srv/app/orders.py", line 88, in place
    total = prices[item]
            ~~~~~~^^^^^^
KeyError: '{name}'"""
_JAVA_TRACE = """order {name} failed
java.lang.IllegalStateException: no customer for {name}
	at com.example.orders.Orders.place(Orders.java:118)
	at com.example.orders.Main.main(Main.java:21)
Caused by: java.sql.SQLException: connection 403 is closed
	at com.example.db.Pool.take(Pool.java:57)
	... 12 more"""
_GO_TRACE = """goroutine 17 [select]:
main.(*Worker).run(0xc000114000)
	/src/{name}/worker.go:61 +0x1f4
created by main.main
	/src/{name}/main.go:33 +0x9c"""
_YAML = """apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::{account}:role/{name}"""
_PODS = """NAME                          READY   STATUS             RESTARTS   AGE
{name}-7c9f4d     1/1     Running            0          4d
{name}-5b8d6c     0/1     CrashLoopBackOff   403        4d"""


def _template(level: str, text: str, *, bare: bool) -> Callable[[Fresh], Message]:
    return lambda fresh: Message(level, fresh.filled(text), bare)


def _described(fresh: Fresh) -> Message:
    name, account = fresh.name(), fresh.account()
    cluster = {
        "cluster": {
            "name": name,
            "arn": f"arn:aws:eks:eu-west-1:{account}:cluster/{name}",
            "roleArn": f"arn:aws:iam::{account}:role/{name}",
            "status": "ACTIVE",
            "version": "1.33",
        }
    }
    return Message("INFO", json.dumps(cluster, indent=fresh.rnd.choice((2, 4))), bare=True)


def _identity(fresh: Fresh) -> Message:
    account, name = fresh.account(), fresh.name()
    who = {"UserId": "AIDAEXAMPLE", "Account": account, "Arn": f"arn:aws:iam::{account}:user/{name}"}
    return Message("INFO", json.dumps(who, indent=fresh.rnd.choice((None, 4))), bare=True)


def _allowed(fresh: Fresh) -> Message:
    """Return a CloudTrail record of a successful call."""
    event = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": fresh.filled("arn:aws:sts::{account}:assumed-role/{name}/x"),
        },
        "eventSource": "sqs.amazonaws.com",
        "eventName": "CreateQueue",
        "requestID": fresh.request_id(),
        "responseElements": {
            "queueUrl": f"https://sqs.eu-west-1.amazonaws.com/{fresh.account()}/{fresh.name()}"
        },
    }
    return Message("INFO", json.dumps(event), bare=True)


# The functions with their weights.
ORDINARY: tuple[tuple[Callable[[Fresh], Message], int], ...] = (
    (_words, 34),
    (_combined, 16),
    (_balancer, 6),
    (_request, 10),
    (_outgoing, 4),
    (_answered, 4),
    (_described, 3),
    (_identity, 3),
    (_allowed, 2),
    (_template("ERROR", _PYTHON_TRACE, bare=False), 2),
    (_template("ERROR", _JAVA_TRACE, bare=False), 2),
    (_template("INFO", _GO_TRACE, bare=True), 1),
    (_template("INFO", _YAML, bare=True), 2),
    (_template("INFO", _PODS, bare=True), 2),
)
"""The functions that write ordinary entries, with their weights."""

_LAMBDA = (
    "START RequestId: {id} Version: $LATEST",
    "END RequestId: {id}",
    "REPORT RequestId: {id}\tDuration: 102.25 ms\tBilled Duration: 103 ms\tMemory Size: 256 MB\tMax Memory Used: 84 MB",
)
_TERRAFORM = (
    "module.{name}.aws_iam_role.this: Refreshing state... [id={name}]",
    "data.aws_iam_policy_document.{name}: Read complete after 0s [id=2290311843]",
    "aws_sqs_queue.{name}: Creation complete after 26s [id=https://sqs.{region}.amazonaws.com/{account}/{name}]",
    "aws_kms_key.{name}: Still creating... [10s elapsed]",
    "Plan: 3 to add, 0 to change, 1 to destroy.",
)
_GITHUB = (
    "##[group]Run aws s3 sync dist s3://{name}",
    "aws s3 sync dist s3://{name}",
    "shell: /usr/bin/bash -e {{0}}",
    "  AWS_REGION: {region}",
    "  ROLE: arn:aws:iam::{account}:role/{name}",
    "##[endgroup]",
    "##[error]Process completed with exit code 254.",
    "::group::Deploy {name}",
    "::endgroup::",
)
_GITLAB = (
    "section_start:1791364321:step_script\r\x1b[0K\x1b[36;1mExecuting step_script\x1b[0;m",
    "$ aws ecs update-service --cluster {name} --service {name}",
    "section_end:1791364399:step_script\r\x1b[0K",
    "Running with gitlab-runner 17.4.0 on {name}",
    "Cleaning up project directory and file based variables",
)
_JENKINS = (
    "[Pipeline] sh",
    "+ aws s3 cp build.zip s3://{name}/build.zip",
    "[Pipeline] withAWS (arn:aws:iam::{account}:role/{name})",
    "Archiving artifacts of {name}",
)
_SYSTEMD = (
    "Started {name}.service - Nightly run of {name}.",
    "{name}.service: Consumed 1.403s CPU time.",
    "{name}.service: Scheduled restart job, restart counter is at 403.",
)
_SHELL = (
    "$ aws sts get-caller-identity --profile {name}",
    "$ kubectl get pods -n {name}",
    "$ aws s3 ls s3://{name}/",
    "deploying {name} to {region}",
    "",
)
FORMAT_LINES: dict[str, tuple[str, ...]] = {
    "lambda": _LAMBDA,
    "terraform": _TERRAFORM,
    "github": _GITHUB,
    "gitlab": _GITLAB,
    "jenkins": _JENKINS,
    "journal": _SYSTEMD,
    "plain": _SHELL,
}
"""Format -> other lines that its programs print, without the format."""


def draw_ordinary(fresh: Fresh, form: str) -> Message:
    """Generate an ordinary entry for a log in a format."""
    own = FORMAT_LINES.get(form)
    if own and fresh.rnd.random() < 0.4:
        text = fresh.rnd.choice(own).replace("{id}", fresh.request_id())
        return Message("INFO", fresh.filled(text), bare=True)
    makers, weights = zip(*ORDINARY, strict=True)
    make: Callable[[Fresh], Message] = fresh.rnd.choices(makers, weights)[0]
    return make(fresh)
