"""Measure policy evaluation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figure, seconds
from benchmarks.processes import time_in_new_process

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "111122223333"
PRINCIPAL = f"arn:aws:sts::{ACCOUNT}:assumed-role/reports/build-7"
RESOURCE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"
ACTION = "dynamodb:Query"
CONTEXT = {"aws:PrincipalTag/team": "reports", "aws:SourceIp": "203.0.113.7"}
# The limit of one evaluation, in microseconds.
LIMIT_US = 100.0
FIRST = """
import json, sys, time
policies = json.loads(sys.argv[1])
start = time.perf_counter()
from iamtriage.policies import PolicySet, Request, evaluate
request = Request(sys.argv[2], sys.argv[3], sys.argv[4])
assert evaluate(request, PolicySet(**policies)).allowed
print(time.perf_counter() - start)
"""


def build_policy(size: int) -> dict[str, Any]:
    """Return a policy of about ``size`` characters, two statements of which match the request."""
    statements: list[dict[str, Any]] = [
        {"Sid": "Read", "Effect": "Allow", "Action": ["dynamodb:Get*", "dynamodb:Query"], "Resource": "*"},
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/orders"},
    ]
    while len(json.dumps(statements, separators=(",", ":"))) < size - 60:
        number = len(statements)
        statements.append(
            {
                "Sid": f"Allow{number}",
                "Effect": "Allow",
                "Action": [f"s3:Get{number}*", "s3:PutObject", "dynamodb:DescribeTable"],
                "Resource": [f"arn:aws:s3:::data-{number}/*", f"arn:aws:s3:::data-{number}"],
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["orders", "reports"]}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def build_matching_policy(count: int) -> dict[str, Any]:
    """Return a policy for the worst case: every statement matches the request and has two conditions."""
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:Get*", "dynamodb:Query"],
        "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/orders",
        "Condition": {
            "StringEquals": {"aws:PrincipalTag/team": ["orders", "reports"]},
            "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        },
    }
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": f"Allow{each}"} | statement for each in range(count)],
    }


def build_policies() -> dict[str, Any]:
    """Return a set of five policies."""
    full = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return {
        "identity": [build_policy(6_000), build_policy(2_000)],
        "permissions_boundary": build_policy(2_000),
        "service_control": [[full], [full]],
    }


def evaluation() -> Iterator[Figure]:
    """Time evaluations of a policy of 6 kB and of a set of five, and the first evaluation in a process."""
    from iamtriage.policies import PolicySet, Request, evaluate

    request = Request(PRINCIPAL, ACTION, RESOURCE)
    one, five = PolicySet(identity=[build_policy(6_000)]), PolicySet(**build_policies())
    taken = seconds(lambda: evaluate(request, one)) * 1e6
    yield Figure("evaluate: one policy of 6 kB that was read", taken, "us", LIMIT_US)
    known = Request(PRINCIPAL, ACTION, RESOURCE, CONTEXT)
    worst = PolicySet(identity=[build_matching_policy(24)])
    taken = seconds(lambda: evaluate(known, worst)) * 1e6
    yield Figure("evaluate: 6 kB, of which all 24 statements match", taken, "us", LIMIT_US)
    yield Figure("evaluate: five policies", 1 / seconds(lambda: evaluate(request, five)), "/s")
    document = build_policy(6_000)
    yield Figure("read a policy of 6 kB", seconds(lambda: PolicySet(identity=[document])) * 1e6, "us")
    arguments = (json.dumps(build_policies()), PRINCIPAL, ACTION, RESOURCE)
    first = min(time_in_new_process(FIRST, *arguments) for _ in range(7))
    yield Figure("first evaluation in a new process, with imports", first * 1e3, "ms")
