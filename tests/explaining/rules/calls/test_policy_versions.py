"""The versions of a managed policy that has as many as it can have, as the AWS CLI lists them."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ARN = "arn:aws:iam::111122223333:policy/teams/till"
_ERROR = f"$ aws iam create-policy-version --policy-arn {_ARN} --policy-document file://till.json --set-as-default\n\nAn error occurred (LimitExceeded) when calling the CreatePolicyVersion operation: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.\n"
_LIST = f"$ aws iam list-policy-versions --policy-arn {_ARN}\n"
_JSON = '{{\n  "VersionId": "v{}",\n  "IsDefaultVersion": {},\n  "CreateDate": "2026-0{}-01T08:00:00+00:00"\n}},\n'


def _json(*states: tuple[int, str]) -> str:
    return '{"Versions": [\n' + "".join(_JSON.format(n, state, at) for at, (n, state) in enumerate(states, 1)) + "]}\n"  # fmt: skip


@check_rows(
    ("listed", "oldest", "default", "newer"),
    [
        (_json((9, "true"), (8, "false"), (7, "false"), (6, "false"), (5, "false")), 5, 9, None),
        (_json((14, "false"), (9, "false"), (3, "true"), (12, "false"), (10, "false")), 9, 3, "v9, v10, v12 and v14 are newer"),
        ("True\tv2\nFalse\tv4\nFalse\tv3\nFalse\tv6\nFalse\tv5\n", 3, 2, "v3, v4, v5 and v6 are newer"),
        ("|  v11 |  False |  2026-02-03T04:05:06+00:00 |\n|  v10 |  True  |  2026-01-03T04:05:06+00:00 |\n|  v9  |  False |  2025-01-03T04:05:06+00:00 |\n|  v8  |  False |  2024-01-03T04:05:06+00:00 |\n|  v7  |  False |  2023-01-03T04:05:06+00:00 |\n", 7, 10, "v11 is newer"),
    ],
    ids=["JSON", "older default", "text", "table"],
)  # fmt: skip
def test_version_that_can_go(listed: str, oldest: int, default: int, newer: str | None) -> None:
    explanation = explain(_ERROR + _LIST + listed)
    first = explanation.remedies[0]
    assert (
        first.title == f"Delete v{oldest}, the oldest version that is not the default, then repeat the call"
    )
    assert first.steps[0].startswith(f"v{default} is the default version")
    assert ("newer" in first.steps[0]) is (newer is not None)
    assert (newer or "") in first.steps[0]
    delete = f"aws iam delete-policy-version --policy-arn {_ARN} --version-id v{oldest}"
    assert delete in first.commands
    # The copy comes before, and the failed call after.
    assert first.commands.index(delete) == 1
    assert first.commands[2].startswith("aws iam create-policy-version")
    text = explanation.to_text(detail="full")
    assert f"Look at old.json. If v{oldest} can go:" in text
    assert (f"When you know why v{default} is in force, repeat the call:" in text) is (newer is not None)
    assert not any(f"--version-id v{default} " in f"{each} " for each in first.commands)


@check_rows(
    "listed",
    [
        "",
        # No default version, or two: parts of several lists.
        _json((9, "false"), (8, "false")),
        _json((9, "true"), (8, "false"), (2, "true"), (1, "false")),
        "Deployed v12 of the app: true\n",
        # A part of a list, and sentences.
        _LIST + "v9\tTrue\nv8\tFalse\n",
        _LIST + "v5 is true.\nv1 is false.\n",
        _LIST.replace("till", "cart") + "v9\tTrue\nv8\tFalse\nv7\tFalse\nv6\tFalse\nv5\tFalse\n",
    ],
    ids=["no list", "no default", "two defaults", "other versions", "part", "words", "of another policy"],
)
def test_versions_that_are_not_known(listed: str) -> None:
    first = explain(_ERROR + listed).remedies[0]
    assert first.title == "Delete the oldest non-default version, then repeat the call"
