"""Tests for ``aws-auth`` maps whose YAML is invalid."""

from __future__ import annotations

import pytest

from iamtriage import explain

LOGIN = "error: You must be logged in to the server (Unauthorized)\n\n"
CALLER = "$ aws sts get-caller-identity\n{}\n".format(
    '{"Arn": "arn:aws:sts::111122223333:assumed-role/ci/run", "Account": "111122223333"}'
)
MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/nodes
      username: system:node:{{EC2PrivateDNSName}}
      groups: [system:bootstrappers, system:nodes]
    - rolearn: arn:aws:iam::111122223333:role/ci
      username: ci
      groups:
      - system:masters
"""


@pytest.mark.parametrize(
    ("old", "new", "reason", "corrected"),
    [
        ("      username: ci", "    username: ci", "has to begin below the first key of its entry, in column 7", "      username: ci"),
        ("      username: ci", "        username: ci", "has to begin below the first key of its entry, in column 7", "      username: ci"),
        ("      username: ci", "\t  username: ci", "begins with a tab, and YAML allows only spaces there", "      username: ci"),
        ("      username: ci", "      username:ci", "has no space after the colon", "      username: ci"),
    ],
    ids=["too far left", "too far right", "tab", "no space"],
)  # fmt: skip
def test_invalid_line(old: str, new: str, reason: str, corrected: str) -> None:
    explanation = explain(f"{LOGIN}{MAP.replace(old, new)}{CALLER}")
    assert reason in explanation.summary
    assert explanation.causes[0].code == "yaml-invalid"
    assert explanation.remedies[0].manifest == corrected


@pytest.mark.parametrize(
    "text",
    [
        f"{LOGIN}{MAP}{CALLER}",
        f"{LOGIN}{MAP.replace('    - rolearn', '      - rolearn').replace('      username', '        username').replace('      groups', '        groups')}{CALLER}",
        # In this mode, the cluster does not read the map.
        f'{LOGIN}{MAP.replace("      username: ci", "    username: ci")}{CALLER}\n"authenticationMode": "API"\n',
        f"{LOGIN}It was wrong before:\n{MAP.replace('      username: ci', '    username: ci')}Now it is:\n{MAP}{CALLER}",
    ],
    ids=["valid", "other indentation", "not read", "corrected"],
)
def test_map_that_is_valid_or_not_read(text: str) -> None:
    assert "YAML" not in explain(text).summary.partition(", although")[0]
