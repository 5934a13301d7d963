"""Fuzz aws-auth ConfigMaps: load, lint, fix, who_matches and migrate.

It stops on any exception except ``AwsAuthError``, and if fixing a fixed ConfigMap changes it again.
"""

from __future__ import annotations

import json

import atheris
from harness import LAST_INPUT, Provider, ensure, make_text, make_tree, pick, run

with atheris.instrument_imports(include=["iamtriage"]):
    from iamtriage import aws_auth
    from iamtriage.exceptions import AwsAuthError

    for _name in aws_auth.__all__:
        getattr(aws_auth, _name)

KEYS = (
    *("apiVersion", "kind", "metadata", "data", "mapRoles", "mapUsers", "mapAccounts", "rolearn", "userarn"),
    *("username", "groups", "name", "namespace"),
)
VALUES = (
    *("arn:aws:iam::111122223333:role/team/app", "arn:aws:iam::111122223333:user/ana", "system:masters"),
    *("system:node:{{EC2PrivateDNSName}}", "aws-auth", "kube-system", "ConfigMap", "v1", "111122223333"),
    "arn:aws:sts::111122223333:assumed-role/app/i-1",
)
LINES = (
    *(
        "apiVersion: v1\n",
        "kind: ConfigMap\n",
        "data:\n",
        "  mapRoles: |\n",
        "  mapUsers: |\n",
        "  mapAccounts: |\n",
    ),
    *("    - rolearn: arn:aws:iam::111122223333:role/team/app\n", "      username: app\n", "      groups:\n"),
    *(
        "        - system:masters\n",
        "    - userarn: arn:aws:iam::111122223333:user/ana\n",
        "\t",
        "# note\n",
        "&a *a\n",
    ),
)
SEED = "".join(LINES[:4]) + "".join(LINES[6:9])


def check_map(text: str, caller: str) -> None:
    LAST_INPUT[:] = [text, caller]
    try:
        fixed = aws_auth.fix(text)
        aws_auth.lint(text)
    except AwsAuthError:
        return
    ensure(aws_auth.fix(fixed) == fixed, "fixing twice differs from fixing once", fixed)
    try:
        loaded = aws_auth.load(fixed)
    except AwsAuthError:
        return
    try:
        aws_auth.who_matches(loaded, caller)
    except ValueError:
        return  # the caller is not a principal
    json.dumps(aws_auth.migrate(loaded, cluster="orders").commands())


def check_input(data: Provider) -> None:
    choice = data.ConsumeIntInRange(0, 2)
    if choice == 0:
        text = make_text(data)
    elif choice == 1:
        text = json.dumps(make_tree(data, KEYS, VALUES))
    else:
        text = "".join(pick(data, LINES) for _ in range(data.ConsumeIntInRange(0, 16)))
    check_map(text, pick(data, VALUES))


if __name__ == "__main__":
    run(check_input, lambda: check_map(SEED, VALUES[-1]))
