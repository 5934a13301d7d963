"""Read policies of Terraform plans: modules, references to what is not known yet, and policy documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage.policies import PolicyCollection, Request, evaluate, read_policies
from tests.tables import check_rows

ACCOUNT = "111122223333"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"


def session(role: str) -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/s1"


def doc(action: str = "sqs:SendMessage", **more: object) -> str:
    statement: dict[str, object] = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})


def planned(address: str, values: dict[str, Any] | None = None, index: object = None) -> dict[str, Any]:
    """Return a planned resource; its address tells its type, its name and the kind of resource."""
    local = address.rpartition("]." if "]." in address else "..")[2].partition("[")[0].split(".")
    is_data = "data" in local
    kind, name = local[-2:]
    resource = {"address": address, "mode": "data" if is_data else "managed", "type": kind, "name": name}
    return resource | {"values": values or {}} | ({} if index is None else {"index": index})


def refers(*references: str) -> dict[str, Any]:
    return {"references": list(references)}


def configured(address: str, **expressions: Any) -> dict[str, Any]:  # noqa: ANN401 (expressions are free-form)
    return {"address": address, "expressions": expressions}


def plan(
    *resources: dict[str, Any],
    modules: list[dict[str, Any]] | None = None,
    config: dict[str, Any] | None = None,
    **more: object,
) -> PolicyCollection:
    root = {"resources": list(resources), "child_modules": modules or []}
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": root},
        "configuration": {"root_module": config or {}},
    }
    return read_policies(document | more)


def allows(collection: PolicyCollection, role: str, action: str = "sqs:SendMessage") -> bool | None:
    principal = session(role)
    return evaluate(Request(principal, action, QUEUE), collection.select(principal, QUEUE)).allowed


ATTACH = configured(
    "aws_iam_role_policy_attachment.send",
    policy_arn=refers("aws_iam_policy.send.arn", "aws_iam_policy.send"),
    role=refers("aws_iam_role.app.name", "aws_iam_role.app"),
)


def test_an_attachment_in_a_module() -> None:
    module = {
        "address": "module.app",
        "resources": [
            planned("module.app.aws_iam_policy.send", {"policy": doc()}),
            planned("module.app.aws_iam_role.app", {"name": "app", "assume_role_policy": doc("sts:AssumeRole", Principal="*")}),
            planned("module.app.aws_iam_role_policy_attachment.send", {"role": "app"}),
        ],
    }  # fmt: skip
    config = {"module_calls": {"app": {"module": {"resources": [ATTACH]}}}}
    found = plan(modules=[module], config=config)
    assert allows(found, "app") is True
    assert allows(found, "other") is False
    assert found.find_missing(session("app"), QUEUE) == ()


@pytest.mark.parametrize(
    ("keys", "written"),
    [((0, 1), "[{}]"), (("blue", "green.b"), '["{}"]')],
    ids=["count", "for_each"],
)
def test_each_instance_of_a_module_has_its_own_policies(keys: tuple[object, ...], written: str) -> None:
    actions = ("sqs:SendMessage", "sqs:ReceiveMessage")
    modules = []
    for key, action in zip(keys, actions, strict=True):
        address = f"module.app{written.format(key)}"
        modules.append(
            {
                "address": address,
                "resources": [
                    planned(f"{address}.aws_iam_policy.send", {"policy": doc(action)}),
                    planned(f"{address}.aws_iam_role.app", {"name": f"app-{key}"}),
                    planned(f"{address}.aws_iam_role_policy_attachment.send"),
                ],
            }
        )
    found = plan(modules=modules, config={"module_calls": {"app": {"module": {"resources": [ATTACH]}}}})
    for key, action in zip(keys, actions, strict=True):
        assert [allows(found, f"app-{key}", each) for each in actions] == [each == action for each in actions]


@pytest.mark.parametrize("reference", ["each.key", "count.index"])
def test_instances_of_resources_refer_to_each_other(reference: str) -> None:
    keys: tuple[object, ...] = ("a", "b") if reference == "each.key" else (0, 1)
    resources = []
    for key in keys:
        written = json.dumps(key)
        resources += [
            planned(f"aws_iam_policy.send[{written}]", {"policy": doc(f"sqs:Send{key}")}, key),
            planned(f"aws_iam_role_policy_attachment.send[{written}]", {"role": f"app-{key}"}, key),
        ]
    attach = configured(
        "aws_iam_role_policy_attachment.send", policy_arn=refers("aws_iam_policy.send", reference)
    )
    found = plan(*resources, config={"resources": [attach]})
    assert allows(found, f"app-{keys[0]}", f"sqs:Send{keys[0]}") is True
    assert allows(found, f"app-{keys[0]}", f"sqs:Send{keys[1]}") is False
    # Without the key, it is open which instance is meant.
    unclear = configured("aws_iam_role_policy_attachment.send", policy_arn=refers("aws_iam_policy.send"))
    found = plan(*resources, config={"resources": [unclear]})
    assert allows(found, f"app-{keys[0]}", f"sqs:Send{keys[0]}") is False
    assert "attaches" in found.find_missing(session(f"app-{keys[0]}"), QUEUE)[0]


def test_an_instance_that_is_named() -> None:
    resources = [
        planned('aws_iam_policy.send["a"]', {"policy": doc()}, "a"),
        planned('aws_iam_policy.send["b"]', {"policy": doc("sqs:DeleteQueue")}, "b"),
        planned("aws_iam_role_policy_attachment.send", {"role": "app"}),
    ]
    named = refers('aws_iam_policy.send["a"].arn', 'aws_iam_policy.send["a"]', "aws_iam_policy.send")
    attach = configured("aws_iam_role_policy_attachment.send", policy_arn=named)
    found = plan(*resources, config={"resources": [attach]})
    assert (allows(found, "app"), allows(found, "app", "sqs:DeleteQueue")) == (True, False)


def test_variables_and_outputs_of_modules() -> None:
    """A module makes the policy, the root module passes it to another one, which attaches it."""
    modules = [
        {"address": "module.policies", "resources": [planned("module.policies.aws_iam_policy.send", {"policy": doc()})]},
        {
            "address": "module.apps",
            "child_modules": [
                {"address": "module.apps.module.app", "resources": [planned("module.apps.module.app.aws_iam_role_policy_attachment.this", {"role": "app"})]}
            ],
        },
    ]  # fmt: skip
    output = {"arn": {"expression": refers("aws_iam_policy.send.arn", "aws_iam_policy.send")}}
    attach = configured("aws_iam_role_policy_attachment.this", policy_arn=refers("var.arn"))
    inner = {"app": {"expressions": {"arn": refers("var.policy")}, "module": {"resources": [attach]}}}
    config = {
        "module_calls": {
            "policies": {"module": {"outputs": output}},
            "apps": {
                "expressions": {"policy": refers("module.policies.arn", "module.policies")},
                "module": {"module_calls": inner},
            },
        }
    }
    found = plan(modules=modules, config=config)
    assert allows(found, "app") is True
    assert found.find_missing(session("app"), QUEUE) == ()


def test_a_policy_document_is_a_data_source() -> None:
    inline = planned("aws_iam_role_policy.send", {"role": "app"})
    uses = configured(
        "aws_iam_role_policy.send",
        policy=refers("data.aws_iam_policy_document.send.json", "data.aws_iam_policy_document.send"),
    )
    document = planned("data.aws_iam_policy_document.send", {"json": doc()})
    prior = {"values": {"root_module": {"resources": [document]}}}
    for found in (
        plan(inline, document, config={"resources": [uses]}),
        plan(inline, config={"resources": [uses]}, prior_state=prior),
    ):
        assert allows(found, "app") is True
    # It names a resource that Terraform has not created yet.
    unread = planned("data.aws_iam_policy_document.send", {"statement": [{"resources": [None]}]})
    found = plan(inline, unread, config={"resources": [uses]})
    assert allows(found, "app") is False
    assert found.find_missing(session("app"), QUEUE) == ("the policy of aws_iam_role_policy.send",)


def test_a_policy_with_unknown_parts_is_missing() -> None:
    """jsonencode() of an ARN that is not known yet leaves the whole attribute out."""
    resources = [
        planned("aws_iam_policy.send"),
        planned("aws_iam_role_policy_attachment.send", {"role": "app"}),
        planned("aws_sqs_queue.orders", {"name": "orders"}),
        planned("aws_sqs_queue.plain", {"name": "plain"}),
        planned("aws_s3_bucket_policy.b", {"bucket": "reports"}),
        planned("aws_iam_role.boss", {"name": "boss"}),
    ]
    config = {
        "resources": [
            ATTACH,
            configured("aws_iam_policy.send", policy=refers("aws_sqs_queue.orders.arn", "aws_sqs_queue.orders")),
            configured("aws_sqs_queue.orders", policy=refers("aws_iam_role.app.arn", "aws_iam_role.app")),
            configured("aws_sqs_queue.plain", name={"constant_value": "plain"}, policy={"constant_value": None}),
            configured("aws_iam_role.boss", permissions_boundary=refers("aws_iam_policy.send.arn", "aws_iam_policy.send")),
        ]
    }  # fmt: skip
    found = plan(*resources, config=config)
    assert found.policies == ()
    assert found.find_missing(session("app"), QUEUE) == (
        "the policy of aws_iam_policy.send",
        "the policy of aws_sqs_queue.orders",
    )
    assert found.find_missing("sns.amazonaws.com", f"{QUEUE[:-6]}plain") == ()
    assert found.find_missing("anonymous", "arn:aws:s3:::reports/a") == ("the policy of aws_s3_bucket_policy.b",)  # fmt: skip
    assert "the policy of aws_iam_policy.send" in found.find_missing(session("boss"), QUEUE)


def test_a_policy_for_an_unknown_role_applies_to_none() -> None:
    found = plan(planned("aws_iam_role_policy.send", {"policy": doc()}))
    assert found.policies == ()
    assert found.find_missing(session("app"), QUEUE) == ("the policy of aws_iam_role_policy.send",)


def test_an_unknown_resource_concerns_its_service() -> None:
    key = planned("aws_kms_key.main", {"policy": doc("kms:*", Principal="*")})
    found = plan(key)
    key_arn = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"
    assert found.select(session("app"), key_arn).resource is None
    assert found.find_missing(session("app"), key_arn) == ("the policy of aws_kms_key.main",)
    assert found.find_missing(session("app"), QUEUE) == ()


TARGETS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]], str]] = {
    "a bucket": (
        planned("aws_s3_bucket_policy.p"),
        [planned("aws_s3_bucket.b", {"bucket": "reports"})],
        [configured("aws_s3_bucket_policy.p", bucket=refers("aws_s3_bucket.b.id", "aws_s3_bucket.b"))],
        "arn:aws:s3:::reports/q1.csv",
    ),
    "a queue": (
        planned("aws_sqs_queue_policy.p"),
        [planned("aws_sqs_queue.q", {"name": "orders"})],
        [configured("aws_sqs_queue_policy.p", queue_url=refers("aws_sqs_queue.q.url", "aws_sqs_queue.q"))],
        QUEUE,
    ),
    "the URL of a queue": (
        planned("aws_sqs_queue_policy.p", {"queue_url": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders"}),
        [],
        [],
        QUEUE,
    ),
    "a secret": (
        planned("aws_secretsmanager_secret_policy.p"),
        [planned("aws_secretsmanager_secret.s", {"name": "prod/db"})],
        [configured("aws_secretsmanager_secret_policy.p", secret_arn=refers("aws_secretsmanager_secret.s.arn", "aws_secretsmanager_secret.s"))],
        f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:prod/db-AbCdEf",
    ),
}  # fmt: skip


@check_rows("name", TARGETS)
def test_resources_that_have_no_arn_yet(name: str) -> None:
    resource, others, config, arn = TARGETS[name]
    values = resource["values"] | {"policy": doc("*", Principal="*")}
    found = plan(resource | {"values": values}, *others, config={"resources": config})
    assert found.select("anonymous", arn).resource is not None
    assert found.select("anonymous", f"{arn}x").resource is None or name == "a bucket"


def test_groups_and_attachments_to_several_principals() -> None:
    ana, ben = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("ana", "ben"))
    found = plan(
        planned("aws_iam_user_group_membership.m", {"user": "ana", "groups": ["senders"]}),
        planned("aws_iam_group_membership.m", {"group": "readers", "users": ["ana", "ben"]}),
        planned("aws_iam_group_policy.p", {"group": "senders", "policy": doc()}),
        planned("aws_iam_policy.read", {"arn": "arn:aws:iam::1:policy/read", "policy": doc("sqs:ReceiveMessage")}),
        planned("aws_iam_group_policy_attachment.r", {"group": "readers", "policy_arn": "arn:aws:iam::1:policy/read"}),
        planned("aws_iam_policy.purge", {"arn": "arn:aws:iam::1:policy/purge", "policy": doc("sqs:PurgeQueue")}),
        planned("aws_iam_policy_attachment.p", {"roles": ["app"], "users": ["ben"], "groups": ["senders"], "policy_arn": "arn:aws:iam::1:policy/purge"}),
        planned("aws_iam_policy_attachment.unknown", {"roles": [], "policy_arn": "arn:aws:iam::1:policy/purge"}),
        config={"resources": [configured("aws_iam_policy_attachment.unknown", users=refers("var.users"))]},
    )  # fmt: skip

    def allowed(principal: str, action: str) -> bool | None:
        return evaluate(Request(principal, action, QUEUE), found.select(principal, QUEUE)).allowed

    assert [allowed(ana, f"sqs:{each}") for each in ("SendMessage", "ReceiveMessage", "PurgeQueue")] == [True] * 3  # fmt: skip
    assert [allowed(ben, f"sqs:{each}") for each in ("SendMessage", "ReceiveMessage", "PurgeQueue")] == [False, True, True]  # fmt: skip
    assert allowed(session("app"), "sqs:PurgeQueue") is True
    assert "the policy of aws_iam_policy.purge" in found.find_missing(ana, QUEUE)


def test_references_that_lead_nowhere() -> None:
    attach = planned("aws_iam_role_policy_attachment.send", {"role": "app"})
    expressions: list[Any] = [
        refers("var.arn"),
        refers("local.arn"),
        refers("module.none.arn", "module.none"),
        refers("aws_iam_policy.none.arn", "aws_iam_policy.none"),
        refers("aws_iam_role.app.arn", "aws_iam_role.app"),
        refers("aws_iam_policy.a.arn", "aws_iam_policy.b.arn"),
        refers("aws_iam_policy.a[var.key].arn"),
        {"references": "x"},
        {},
        [],
    ]
    others = [
        planned("aws_iam_role.app", {"name": "app", "assume_role_policy": doc(Principal="*")}),
        planned("aws_iam_policy.a", {"policy": doc()}),
        planned("aws_iam_policy.b", {"policy": doc()}),
    ]
    for expression in expressions[:-4] + expressions[-3:]:
        config = {"resources": [configured("aws_iam_role_policy_attachment.send", policy_arn=expression)]}
        found = plan(attach, *others, config=config)
        assert allows(found, "app") is False
        assert found.find_missing(session("app"), QUEUE) == (
            "the policy that aws_iam_role_policy_attachment.send attaches",
        )
    # There is only one instance that the key can name.
    config = {"resources": [configured("aws_iam_role_policy_attachment.send", policy_arn=expressions[6])]}
    assert allows(plan(attach, *others, config=config), "app") is True


def test_modules_that_refer_to_each_other_end() -> None:
    output = {"arn": {"expression": refers("module.app.arn", "module.app")}}
    nested: dict[str, Any] = {"outputs": output}
    nested["module_calls"] = {"app": {"module": nested}}
    address = "module.app"
    modules: list[dict[str, Any]] = []
    inner = modules
    for _ in range(40):
        module: dict[str, Any] = {"address": address, "child_modules": []}
        inner.append(module)
        inner, address = module["child_modules"], f"{address}.module.app"
    attach = configured("aws_iam_role_policy_attachment.x", policy_arn=refers("module.app.arn", "module.app"))
    config = {"resources": [attach], "module_calls": {"app": {"module": nested}}}
    found = plan(planned("aws_iam_role_policy_attachment.x", {"role": "app"}), modules=modules, config=config)
    assert allows(found, "app") is False


def test_service_control_policies_that_only_deny_come_with_full_access() -> None:
    inline = planned("aws_iam_role_policy.send", {"role": "app", "policy": doc("sqs:*")})
    deny = planned("aws_organizations_policy.guard", {"content": doc("sqs:DeleteQueue", Effect="Deny")})
    found = plan(inline, deny)
    assert (allows(found, "app"), allows(found, "app", "sqs:DeleteQueue")) == (True, False)
    # An allow list replaces FullAWSAccess.
    allow = planned("aws_organizations_policy.list", {"content": doc("s3:*")})
    assert allows(plan(inline, deny, allow), "app") is False
