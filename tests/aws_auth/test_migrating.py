"""Access entries planned for each form of aws-auth entry, as commands and Terraform."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING, Any, cast

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.aws_auth._entries import AwsAuth, RoleEntry, SsoRole, UserEntry
from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, PolicyAssociation
from iamtriage.aws_auth._migration.migration import Migration
from iamtriage.aws_auth._migration.planning import migrate
from iamtriage.aws_auth._migration.terraform import quote_hcl
from tests.measuring import unmeasured
from tests.tables import check_rows

if TYPE_CHECKING:
    from pathlib import Path

    from iamtriage.aws_auth._entries import Entry

IAM = "arn:aws:iam::111122223333:"
APP = f"{IAM}role/app"
ANA = f"{IAM}user/team/ana"
VIEW = "AWSReservedSSO_View_0123456789abcdef"
NODES = ("system:bootstrappers", "system:nodes")
EC2 = "system:node:{{EC2PrivateDNSName}}"
SESSION = "system:node:{{SessionName}}"
load_hcl = unmeasured(hcl2.loads)


def migrated(*entries: Entry, accounts: tuple[str, ...] = ()) -> Migration:
    roles = tuple(entry for entry in entries if isinstance(entry, RoleEntry))
    users = tuple(entry for entry in entries if isinstance(entry, UserEntry))
    return migrate(AwsAuth(roles, users, accounts), cluster="demo")


def plan_of(*entries: Entry) -> AccessEntryPlan:
    (plan,) = migrated(*entries).entries
    return plan


# ------------------------------------------------------------------ principals


@pytest.mark.parametrize(
    ("written", "principal", "note"),
    [
        (APP, APP, None),
        (f"{IAM}role/team/app", f"{IAM}role/team/app", "never matched"),
        ("arn:aws:sts::111122223333:assumed-role/app/ana", APP, "never matched"),
        (f"{IAM}ROLE/App", f"{IAM}role/App", "case was corrected"),
        (ANA, ANA, None),
        (
            f"{IAM}role/aws-reserved/sso.amazonaws.com/{VIEW}",
            f"{IAM}role/aws-reserved/sso.amazonaws.com/{VIEW}",
            "never matched",
        ),
        ("arn:aws-us-gov:iam::111122223333:role/app", "arn:aws-us-gov:iam::111122223333:role/app", None),
    ],
)
def test_principals(written: str, principal: str, note: str | None) -> None:
    for entry in (RoleEntry(written, "x", ("readers",)), UserEntry(written, "x", ("readers",))):
        plan = plan_of(entry)
        assert (plan.principal_arn, plan.lookup, plan.source) == (principal, None, entry)
        assert not plan.notes if note is None else note in plan.notes[0]


@pytest.mark.parametrize("name", [VIEW, VIEW.lower()])
def test_identity_center_roles_are_looked_up(name: str) -> None:
    plan = plan_of(RoleEntry(f"{IAM}role/{name}", "x", ("readers",)))
    assert plan.principal_arn is None
    assert plan.role_name == name
    assert plan.lookup == f"aws iam get-role --role-name {name} --query Role.Arn --output text"


@pytest.mark.parametrize(("partition", "note"), [("", "SSORoleMatch"), ("aws-cn", "never matched")])
def test_permission_sets_are_looked_up(partition: str, note: str) -> None:
    entry = RoleEntry(
        sso=SsoRole("View", "111122223333", partition), username="x", groups=("system:masters",)
    )
    plan = plan_of(entry)
    assert (plan.principal_arn, plan.role_name) == (None, None)
    assert plan.lookup is not None
    assert "AWSReservedSSO_View_" in plan.lookup
    assert note in plan.notes[0]
    assert plan.policies[0].policy_arn.startswith(f"arn:{partition or 'aws'}:eks::aws:cluster-access-policy/")


def test_a_permission_set_and_its_role() -> None:
    plans = migrated(
        RoleEntry(sso=SsoRole("View", "111122223333"), groups=("readers",)),
        RoleEntry(f"{IAM}role/{VIEW}", "x", ("readers",)),
        RoleEntry(f"{IAM}role/AWSReservedSSO_Other_0123456789abcdef", "x", ("readers",)),
    ).entries
    assert len(plans) == 3
    assert [VIEW in note for note in plans[0].notes].count(True) == 1


@check_rows(
    ("arn", "reason"),
    [
        (f"{IAM}root", "no effect"),
        (f"{IAM}instance-profile/app", "instance profile"),
        (f"{IAM}role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", "service-linked"),
        (f"{IAM}role/AWSServiceRoleForAmazonEKS", "service-linked"),
        ("arn:aws:sts::111122223333:federated-user/ana", "federated user"),
        (f"{IAM}group/admins", "group"),
        (f"{IAM}role/*", "'*'"),
        ("arn:aws:iam::1111:role/app", "12 digits"),
        ("", "not an ARN"),
        ("app\n", "not an ARN"),
        ("111122223333", "not an account"),
        ("ec2.amazonaws.com", "a service principal"),
    ],
)
def test_unsupported_entries(arn: str, reason: str) -> None:
    migration = migrated(RoleEntry(arn, "x", ("readers",), line=7))
    assert migration.entries == ()
    (note,) = migration.notes
    assert note.startswith("mapRoles line 7, ")
    assert reason in note
    assert "\n" not in note


@pytest.mark.parametrize("sso", [SsoRole("View'*", "111122223333"), SsoRole("View", "$(x)"), SsoRole("", "")])
def test_invalid_permission_sets(sso: SsoRole) -> None:
    assert migrated(RoleEntry(sso=sso)).entries == ()


def test_accounts() -> None:
    migration = migrated(accounts=("111122223333", "111122223333"))
    (note,) = migration.notes
    assert "111122223333" in note


@check_rows(
    ("entries", "winner"),
    [
        ((RoleEntry(APP, "a"), RoleEntry(APP, "b")), "b"),
        ((RoleEntry(APP, "a"), RoleEntry(f"{IAM}role/APP", "b")), "b"),
        ((RoleEntry(APP, "a"), UserEntry(APP, "b")), "a"),
        ((RoleEntry(APP, "a"), RoleEntry(f"{IAM}role/team/app", "b")), "a"),
        ((RoleEntry(f"{IAM}role/team/app", "a"), UserEntry(APP, "b")), "b"),
        ((RoleEntry(f"{IAM}role/team/app", "a"), UserEntry(f"{IAM}role/other/app", "b")), "a"),
        ((UserEntry(ANA, "a"), UserEntry(ANA.upper().replace("ARN:AWS:IAM", "arn:aws:iam"), "b")), "b"),
    ],
)
def test_one_entry_for_each_principal(entries: tuple[Entry, ...], winner: str) -> None:
    plan = plan_of(*entries)
    assert plan.username == winner
    assert any("is not used" in note for note in plan.notes)


def test_a_path_that_only_a_duplicate_states() -> None:
    plan = plan_of(RoleEntry(APP, "a", ("readers",)), RoleEntry(f"{IAM}role/team/app", "b"))
    assert plan.principal_arn == APP
    assert "/team/" in plan.notes[0].removeprefix("mapRoles line 1, ").split("is not used.")[1]


def test_users_with_different_paths_are_different() -> None:
    assert len(migrated(UserEntry(ANA, "a"), UserEntry(f"{IAM}user/ana", "b")).entries) == 2


# ------------------------------------------------------------------ nodes


@check_rows(
    ("username", "groups", "node_type"),
    [
        (EC2, NODES, "EC2_LINUX"),
        (EC2, NODES[::-1], "EC2_LINUX"),
        (EC2, (*NODES, "eks:kube-proxy-windows"), "EC2_WINDOWS"),
        (SESSION, (*NODES, "system:node-proxier"), "FARGATE_LINUX"),
        (SESSION, NODES, "HYBRID_LINUX"),
    ],
)
def test_nodes(username: str, groups: tuple[str, ...], node_type: str) -> None:
    migration = migrated(RoleEntry(APP, username, groups))
    (plan,) = migration.entries
    assert (plan.type, plan.username, plan.groups, plan.policies) == (node_type, None, (), ())
    assert any("ResourceInUseException" in note for note in migration.notes)


def test_nodes_with_more_groups() -> None:
    plan = plan_of(RoleEntry(APP, EC2, (*NODES, "system:masters", "mine")))
    assert (plan.type, plan.groups, plan.policies) == ("EC2_LINUX", (), ())
    assert "'system:masters', 'mine'" in plan.notes[0]


@check_rows(
    ("username", "groups"),
    [
        (EC2, ("system:nodes",)),
        (EC2, ("system:bootstrappers - system:nodes",)),
        ("node", NODES),
        ("", ("eks:kube-proxy-windows",)),
        ("system:node:{{SessionNameRaw}}", NODES),
    ],
)
def test_nodes_of_unknown_types(username: str, groups: tuple[str, ...]) -> None:
    migration = migrated(RoleEntry(APP, username, groups))
    assert migration.entries == ()
    assert "by hand" in migration.notes[0]


def test_users_are_not_nodes() -> None:
    assert migrated(RoleEntry(ANA, EC2, NODES)).entries == ()
    # The principal decides, not the map, as in the authenticator.
    assert plan_of(UserEntry(APP, EC2, NODES)).type == "EC2_LINUX"


# ------------------------------------------------------------------ usernames and groups


@pytest.mark.parametrize(
    ("arn", "username", "kept"),
    [
        (APP, "app", "app"),
        (APP, "", None),
        (APP, "arn:aws:sts::111122223333:assumed-role/app/{{SessionName}}", None),
        (APP, "app:{{SessionName}}", "app:{{SessionName}}"),
        (APP, "app:{{SessionNameRaw}}", "app:{{SessionNameRaw}}"),
        (APP, "{{AccountID}}:{{SessionName}}", "111122223333:{{SessionName}}"),
        (ANA, ANA, None),
        (ANA, "ana", "ana"),
    ],
)
def test_usernames(arn: str, username: str, kept: str | None) -> None:
    plan = plan_of(RoleEntry(arn, username, ("readers",)))
    assert (plan.username, plan.notes) == (kept, ())


@pytest.mark.parametrize(
    ("arn", "username", "reason"),
    [
        (APP, "system:admin", "system:"),
        (APP, "eks:admin", "eks:"),
        (APP, "aws:{{AccountID}}:app:{{SessionName}}", "aws:"),
        (APP, "amazon:admin", "amazon:"),
        (APP, "iam:admin", "iam:"),
        (APP, "{{SessionName}}", "colon"),
        (APP, "app-{{SessionName}}:x", "colon"),
        (APP, "{{SessionName}}:{{SessionName}}", "colon"),
        (APP, "a:{{AccessKeyID}}", "AccessKeyID"),
        (APP, "a:{{ SessionName }}", "{{ SessionName }}"),
        (APP, "a:{{EC2PrivateDNSName}}", "EC2PrivateDNSName"),
        (ANA, "a:{{SessionName}}", "SessionName"),
    ],
)
def test_rejected_usernames(arn: str, username: str, reason: str) -> None:
    plan = plan_of(RoleEntry(arn, username, ("readers",)))
    assert plan.username is None
    (note,) = plan.notes
    assert reason in note.split(" is left out: ")[1]
    assert "role bindings" in note


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_masters(partition: str) -> None:
    plan = plan_of(
        RoleEntry(f"arn:{partition}:iam::111122223333:role/app", "x", ("system:masters", "readers") * 2)
    )
    policy = f"arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    assert plan.policies == (PolicyAssociation(policy, "cluster"),)
    assert plan.groups == ("readers",)


@check_rows(
    ("group", "reason"),
    [
        ("system:basic-users", "system:"),
        ("system:authenticated", "every authenticated user"),
        ("eks:admins", "eks:"),
        ("aws:admins", "aws:"),
        ("amazon:admins", "amazon:"),
        ("iam:admins", "iam:"),
        ("team-{{SessionName}}", "variables"),
        ("", "empty"),
    ],
)
def test_rejected_groups(group: str, reason: str) -> None:
    plan = plan_of(RoleEntry(APP, "x", (group, "readers")))
    assert plan.groups == ("readers",)
    (note,) = plan.notes
    assert reason in note.split(" is left out: ")[1]
    assert any("No groups or policies" in note for note in plan_of(RoleEntry(APP, "x", (group,))).notes)


def test_an_account_in_a_group() -> None:
    assert plan_of(RoleEntry(APP, "x", ("team-{{AccountID}}",))).groups == ("team-111122223333",)


@check_rows("cluster", ["", "-demo", "_demo", "demo\n", "demo;x", "d" * 101, "dé"])
def test_cluster_names(cluster: str) -> None:
    with pytest.raises(ValueError, match="invalid cluster name"):
        migrate(AwsAuth(), cluster=cluster)
    assert migrate(AwsAuth(), cluster="0-_" + "d" * 97) == Migration("0-_" + "d" * 97)


@pytest.mark.parametrize(
    ("arn", "general"),
    [(APP, True), (ANA, False), (f"{IAM}role/team/app", False), (f"{IAM}role/{VIEW}", False)],
)
def test_the_note_on_paths(arn: str, *, general: bool) -> None:
    notes = migrated(RoleEntry(arn, "x", ("readers",))).notes
    assert any("get-role" in note for note in notes) is general


def test_as_a_dict() -> None:
    migration = migrated(
        RoleEntry(APP, "x", ("system:masters",), line=3),
        RoleEntry(sso=SsoRole("View", "111122223333"), groups=("readers",)),
        UserEntry(ANA, "ana"),
    )
    data = migration.to_dict()
    assert json.loads(json.dumps(data)) == data
    entries = data["entries"]
    assert isinstance(entries, list)
    assert [entry["source"]["map"] for entry in entries] == ["mapRoles", "mapRoles", "mapUsers"]
    assert entries[0]["source"]["line"] == 3
    assert entries[1]["source"]["sso"]["permission_set_name"] == "View"


# ------------------------------------------------------------------ commands

HOSTILE = (
    "$(touch x)",
    "`touch x`",
    "it's",
    'a"b',
    "a b",
    "a\nb",
    "a\\",
    "--help",
    "-",
    "file:///etc/passwd",
    "[1]",
    "{}",
    "a;touch x",
    "${HOME}",
    "~",
    "*",
    "ñ",
    "\t",
    "!!",
)


@pytest.fixture
def fake_aws(tmp_path: Path) -> Path:
    """Create a folder with an ``aws`` program that records its arguments and prints an ARN."""
    program = tmp_path / "aws"
    program.write_text(
        '#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done >> "$RECORD"\nprintf "\\n\\0" >> "$RECORD"\n'
        f"echo {IAM}role/found\n",
        "utf-8",
    )
    program.chmod(0o755)
    return tmp_path


def run(command: str, folder: Path) -> list[list[str]]:
    """Run a command in bash, and return the arguments of each call to ``aws``."""
    record = folder / "record"
    record.unlink(missing_ok=True)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "RECORD": str(record), "HOME": "/"}
    subprocess.run(["bash", "-c", command], cwd=folder, env=environment, check=True, capture_output=True)
    calls: list[list[str]] = [[]]
    for word in record.read_bytes().decode().split("\0")[:-1]:
        if word == "\n":
            calls.append([])
        else:
            calls[-1].append(word)
    return calls[:-1]


def parse_names(call: list[str]) -> dict[str, Any]:
    """Parse the username and groups of a call as the AWS CLI does."""
    if "--cli-input-json" in call:
        return json.loads(call[call.index("--cli-input-json") + 1])  # type: ignore[no-any-return]
    names: dict[str, Any] = {}
    if "--kubernetes-groups" in call:
        groups = call[call.index("--kubernetes-groups") + 1 :]
        names["kubernetesGroups"] = groups[: groups.index("--username")] if "--username" in groups else groups
    if "--username" in call:
        names["username"] = call[call.index("--username") + 1]
    return names


@pytest.mark.parametrize("name", HOSTILE)
def test_commands_are_quoted(name: str, fake_aws: Path) -> None:
    migration = migrated(RoleEntry(APP, name, (name, "readers", "system:masters")))
    create, associate = migration.commands()
    for command in (create, associate):
        assert run(command, fake_aws) == [shlex.split(command)[1:]]
    assert sorted(path.name for path in fake_aws.iterdir()) == ["aws", "record"]
    words = shlex.split(create)
    assert words[:9] == shlex.split(
        f"aws eks create-access-entry --cluster-name demo --principal-arn {APP} --type STANDARD"
    )
    assert parse_names(words) == {"kubernetesGroups": [name, "readers"], "username": name}
    # The AWS CLI must not read a value as an option, as JSON, or as a file name.
    if "--cli-input-json" not in words:
        assert name[0] not in "-[{"
        assert "://" not in name


def test_commands_of_unsafe_groups_without_a_username() -> None:
    """The AWS CLI would read such a group as an option; EKS chooses the username."""
    entry = RoleEntry(APP, "x", ("-a",))
    plan = AccessEntryPlan(APP, entry, groups=("-a",))
    (create,) = Migration("demo", (plan,)).commands()
    assert parse_names(shlex.split(create)) == {"kubernetesGroups": ["-a"]}


@pytest.mark.parametrize(("count", "is_cut"), [(1, False), (50, False), (51, True)])
def test_cards(count: int, *, is_cut: bool) -> None:
    """A card of a notebook shows the first commands, and says if there are more."""
    plans = tuple(
        AccessEntryPlan(f"{APP}-{n}-", RoleEntry(f"{APP}-{n}-", "x"), groups=("readers",))
        for n in range(count)
    )
    card = cast("Any", Migration("demo", plans))._repr_markdown_()
    assert card.count("aws eks create-access-entry") == min(count, 50)
    assert f"app-{count - 1}-" in card or is_cut
    assert ("There are more: see notes and `commands()`." in card) is is_cut
    assert "never matched" not in card


@pytest.mark.parametrize(("count", "is_cut"), [(0, False), (1, False), (51, True)])
def test_notes_on_cards(count: int, *, is_cut: bool) -> None:
    card = cast("Any", Migration("demo", (), tuple(f"note {n}" for n in range(count))))._repr_markdown_()
    assert card.count("note ") == min(count, 50)
    assert ("There are more: see notes and `commands()`." in card) is is_cut


def test_commands_that_look_up(fake_aws: Path) -> None:
    migration = migrated(
        RoleEntry(f"{IAM}role/{VIEW}", "x", ("readers",)),
        RoleEntry(sso=SsoRole("Vi.e+w", "111122223333"), groups=("system:masters",)),
    )
    of_role, of_set, associate = migration.commands()
    look_up, create = run(of_role, fake_aws)
    assert look_up == ["iam", "get-role", "--role-name", VIEW, "--query", "Role.Arn", "--output", "text"]
    assert create[create.index("--principal-arn") + 1] == f"{IAM}role/found"
    look_up, create = run(of_set, fake_aws)
    assert look_up[:4] == ["iam", "list-roles", "--path-prefix", "/aws-reserved/sso.amazonaws.com/"]
    assert look_up[5].startswith('Roles[?starts_with(RoleName, `"AWSReservedSSO_Vi.e+w_"`) && ')
    assert create[create.index("--principal-arn") + 1] == f"{IAM}role/found"
    assert run(associate, fake_aws)[1][-2:] == ["--access-scope", "type=cluster"]


def test_the_query_finds_only_the_permission_sets_role() -> None:
    jmespath = pytest.importorskip("jmespath")
    lookup = plan_of(RoleEntry(sso=SsoRole("View", "111122223333"))).lookup
    assert lookup is not None
    words = shlex.split(lookup)
    names = (VIEW, "AWSReservedSSO_View_Only_0123456789abcdef", "AWSReservedSSO_Vie_0123456789abcdef", "View")
    start = "role/aws-reserved/sso.amazonaws.com/eu-west-1/"
    roles = [
        {"RoleName": name, "Arn": f"arn:aws:iam::{account}:{start}{name}"}
        for account in ("111122223333", "444455556666")
        for name in names
    ]
    found = jmespath.search(words[words.index("--query") + 1], {"Roles": roles})
    assert found == [f"{IAM}{start}{VIEW}"]


def test_scopes_of_namespaces() -> None:
    policy = PolicyAssociation(
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "namespace", ("dev-*", "b")
    )
    migration = Migration(
        "demo", (AccessEntryPlan(APP, RoleEntry(APP), role_name="app", policies=(policy,)),)
    )
    scope = shlex.split(migration.commands()[1])[-1]
    assert json.loads(scope) == {"type": "namespace", "namespaces": ["dev-*", "b"]}
    assert 'namespaces = ["dev-*", "b"]' in migration.terraform()


# ------------------------------------------------------------------ Terraform


def unquote_hcl(text: str) -> str:
    """Evaluate an HCL string literal without templates."""
    assert text[0] == text[-1] == '"'
    simple = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
    digits = {"u": 4, "U": 8}
    out: list[str] = []
    rest = text[1:-1]
    while rest:
        if rest[:3] in {"$${", "%%{"}:
            length, value = 3, rest[1:3]
        elif rest[0] == "\\" and rest[1] in digits:
            length = 2 + digits[rest[1]]
            value = chr(int(rest[2:length], 16))
        elif rest[0] == "\\":
            length, value = 2, simple[rest[1]]
        else:
            assert rest[:2] not in {"${", "%{"}
            assert rest[0] != '"'
            assert rest[0].isprintable()
            length, value = 1, rest[0]
        out.append(value)
        rest = rest[length:]
    return "".join(out)


@given(st.text('$%{}"\\\nuU0a ñ\x00\u2028\U0001f600', max_size=12) | st.text(max_size=12))
def test_strings(text: str) -> None:
    assert unquote_hcl(quote_hcl(text)) == text


@check_rows("name", HOSTILE)
def test_terraform_is_valid(name: str) -> None:
    text = migrated(RoleEntry(APP, name, (name, "system:masters", f"system:{name}"))).terraform()
    data = load_hcl(text)
    kinds = [kind for block in data["resource"] for kind in block]
    assert [kind.strip('"') for kind in kinds] == [
        "aws_eks_access_entry",
        "aws_eks_access_policy_association",
    ]
    assert f"user_name         = {quote_hcl(name)}\n" in text
    assert all(line.startswith("#") for line in text.splitlines() if "is left out" in line)


def test_terraform_looks_up() -> None:
    text = migrated(
        RoleEntry(f"{IAM}role/{VIEW}", "x", ("readers",)),
        RoleEntry(sso=SsoRole("Vi.e+w", "111122223333"), groups=("system:masters",)),
    ).terraform()
    load_hcl(text)
    assert f'data "aws_iam_role" "role_{VIEW}" {{\n  name = "{VIEW}"\n}}\n' in text
    assert f"  principal_arn     = data.aws_iam_role.role_{VIEW}.arn\n" in text
    assert r'  name_regex  = "^AWSReservedSSO_Vi\\.e\\+w_[0-9a-f]{16}$"' in text
    found = (
        'one([for arn in data.aws_iam_roles.sso_Vi_e_w.arns : arn if split(":", arn)[4] == "111122223333"])'
    )
    assert found in text
    assert "principal_arn = aws_eks_access_entry.sso_Vi_e_w.principal_arn\n" in text


def test_terraform_names_differ() -> None:
    names = ("a.b", "a,b", "a_b", "a_b_2")
    text = migrated(*(RoleEntry(f"{IAM}role/{name}", "x", ("readers",)) for name in names)).terraform()
    data = load_hcl(text)
    labels = [label.strip('"') for block in data["resource"] for label in next(iter(block.values()))]
    assert labels == ["role_a_b", "role_a_b_2", "role_a_b_3", "role_a_b_2_2"]


def test_empty_terraform() -> None:
    assert migrated().terraform() == ""
    assert migrated(accounts=("111122223333",)).terraform().startswith("# mapAccounts ")
