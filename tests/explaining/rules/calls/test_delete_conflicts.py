"""Roles, users and groups that IAM does not delete while they have policies, instance profiles, keys or members."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_CLI = "$ aws iam delete-{0} --{0}-name depot\nAn error occurred (DeleteConflict) when calling the Delete{1} operation: Cannot delete entity, must {2} first.\n"
_ROLE = _CLI.format("role", "Role", "detach all policies")
_USER = _CLI.format("user", "User", "{}")
_GROUP = _CLI.format("group", "Group", "{}")
_ATTACHED = "$ aws iam list-attached-role-policies --role-name depot{}\n"
_READ = "arn:aws:iam::111122223333:policy/teams/ops/DepotRead"
_JSON = f'{{"AttachedPolicies": [{{"PolicyName": "DepotRead", "PolicyArn": "{_READ}"}}]}}\n'
_TERRAFORM = "Error: deleting IAM Role (depot): operation error IAM: DeleteRole, https response error StatusCode: 409, RequestID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, DeleteConflict: Cannot delete entity, must detach all policies first.\n"
_DETACH = f"aws iam detach-role-policy --role-name depot --policy-arn {_READ}"
_DETACH_ANY = "aws iam detach-role-policy --role-name depot --policy-arn POLICY_ARN"
_LIST = "aws iam list-attached-role-policies --role-name depot"
_LISTS = (
    "aws iam list-role-policies --role-name depot",
    "aws iam list-instance-profiles-for-role --role-name depot",
)
_DELETE = "aws iam delete-role --role-name depot"


@check_rows(
    ("text", "lines"),
    [
        (_ROLE, (_LIST, _DETACH_ANY, *_LISTS, _DELETE)),
        (_TERRAFORM, (_LIST, _DETACH_ANY, *_LISTS, _DELETE)),
        (f"{_ROLE}{_ATTACHED.format('')}{_JSON}", (_DETACH, *_LISTS, _DELETE)),
        (
            f"{_ATTACHED.format(' --output text')}ATTACHEDPOLICIES\t{_READ}\tDepotRead\n{_ROLE}",
            (_DETACH, *_LISTS, _DELETE),
        ),
        (
            f'{_ROLE}{_ATTACHED.format("")}{_JSON}$ {_LISTS[0]}\n{{\n    "PolicyNames": [\n        "logs",\n        "queue"\n    ]\n}}\n$ {_LISTS[1]}\n{{"InstanceProfiles": []}}\n',
            (
                _DETACH,
                "aws iam delete-role-policy --role-name depot --policy-name logs",
                "aws iam delete-role-policy --role-name depot --policy-name queue",
                _DELETE,
            ),
        ),
        # Detached after the list.
        (f"{_ATTACHED.format('')}{_JSON}$ {_DETACH}\n{_ROLE}", (_DETACH_ANY, *_LISTS, _DELETE)),
        # The list of another role, and one that is cut.
        (
            f"{_ROLE}{_ATTACHED.format('').replace('depot', 'other')}{_JSON}",
            (_LIST, _DETACH_ANY, *_LISTS, _DELETE),
        ),
        (
            f"{_ROLE}{_ATTACHED.format('')}{_JSON.replace(']}', ', ...')}",
            (_DETACH_ANY, *_LISTS, _DELETE),
        ),
        (
            f"{_ROLE}{_ATTACHED.format('')}{_JSON}$ {_LISTS[0]} --output yaml\nPolicyNames:\n- logs\n",
            (_DETACH, "aws iam delete-role-policy --role-name depot --policy-name logs", _LISTS[1], _DELETE),
        ),
        (
            _USER.format("delete access keys"),
            (
                "aws iam list-access-keys --user-name depot",
                "aws iam get-access-key-last-used --access-key-id ACCESS_KEY_ID",
                "aws iam delete-access-key --user-name depot --access-key-id ACCESS_KEY_ID",
                "aws iam list-attached-user-policies --user-name depot",
                "aws iam list-user-policies --user-name depot",
                "aws iam delete-user --user-name depot",
            ),
        ),
        (
            _USER.format("delete login profile"),
            (
                "aws iam delete-login-profile --user-name depot",
                "aws iam list-attached-user-policies --user-name depot",
                "aws iam list-user-policies --user-name depot",
                "aws iam delete-user --user-name depot",
            ),
        ),
        (
            _GROUP.format("remove users from group"),
            (
                "aws iam get-group --group-name depot",
                "aws iam remove-user-from-group --group-name depot --user-name USER_NAME",
                "aws iam list-attached-group-policies --group-name depot",
                "aws iam list-group-policies --group-name depot",
                "aws iam delete-group --group-name depot",
            ),
        ),
    ],
)
def test_what_is_in_the_way_of_a_deletion(text: str, lines: tuple[str, ...]) -> None:
    explanation = explain(text)
    assert explanation.topic == "conflict"
    [remedy] = explanation.remedies
    assert tuple(map(str, remedy.commands)) == lines


@check_rows(
    ("message", "lines"),
    [
        (
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
            (
                f"aws iam list-policy-versions --policy-arn {_READ}",
                f"aws iam delete-policy-version --policy-arn {_READ} --version-id VERSION_ID",
            ),
        ),
        (
            "Cannot delete a policy attached to entities.",
            (
                f"aws iam list-entities-for-policy --policy-arn {_READ}",
                f"aws iam detach-role-policy --policy-arn {_READ} --role-name ROLE_NAME",
            ),
        ),
    ],
)
def test_policy_that_is_in_use(message: str, lines: tuple[str, ...]) -> None:
    text = f"$ aws iam delete-policy --policy-arn {_READ}\nAn error occurred (DeleteConflict) when calling the DeletePolicy operation: {message}\n"
    explanation = explain(text)
    [remedy] = explanation.remedies
    assert f"does not delete the policy {_READ} yet" in explanation.summary
    assert tuple(map(str, remedy.commands)) == (*lines, f"aws iam delete-policy --policy-arn {_READ}")


def test_held_parts_are_named() -> None:
    summary = explain(f"{_ROLE}{_ATTACHED.format('')}{_JSON}").summary
    assert f"the role depot yet: it still has the managed policy {_READ}. No permission" in summary


def test_profile_of_the_call() -> None:
    [remedy] = explain(_ROLE.replace("-name depot", "-name depot --profile ops", 1)).remedies
    assert all(str(each).endswith(" --profile ops") for each in remedy.commands)


@check_rows(
    "text",
    [
        _CLI.format("policy", "Policy", "try again"),
        _ROLE.replace("must detach all policies first", "try again"),
        _ROLE.replace("DeleteConflict", "ConcurrentModification"),
    ],
)
def test_other_conflicts(text: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "conflict"
    assert "does not delete" not in explanation.summary
