"""Check the explanations of EFS mounts against the file system policy in the text."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/volumes"
DENIED = "Output: mount.nfs4: access denied by server while mounting 127.0.0.1:/\n"
POD = 'kubelet MountVolume.SetUp failed for volume "pvc-77aa": mount failed\n'
STATIC = POD.replace("pvc-77aa", "media-pv")
LOGGED = "version=2.0.1 options={'rw': None, 'tls': None, 'accesspoint': 'fsap-0a1b2c3d4e5f60718'}\n"
COMMAND = "Mounting arguments: -t efs -o tls fs-0a1b2c3d4e5f60718:/ /mnt\n"


def _explain(before: str, *principals: str) -> str:
    listed = principals[0] if len(principals) == 1 else list(principals)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": listed},
        "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}) if principals else ""
    return " ".join(
        str(explain(f"{before}{DENIED}\nFile system policy:\n{policy}\n")).replace("\\\n", "").split()
    )


def test_volume_with_a_name_of_its_own() -> None:
    assert "kubectl patch persistentvolume media-pv " in _explain(STATIC + COMMAND, ROLE)


@pytest.mark.parametrize("options", [LOGGED, COMMAND])
def test_policy_of_role(options: str) -> None:
    """If the policy allows the role, only the option is missing, and no policy is proposed."""
    shown = _explain(POD + options, ROLE)
    assert "so the client is anonymous, and the file system policy allows only the role volumes" in shown
    assert "put-role-policy" not in shown
    assert (
        """kubectl patch persistentvolume pvc-77aa --type merge --patch '{"spec":{"mountOptions":["tls","iam"]}}'"""
        in shown
    )


def test_instance() -> None:
    """On an instance, the mount command gets the option."""
    shown = _explain(COMMAND, ROLE, "arn:aws:iam::111122223333:role/batch")
    assert "the roles volumes and batch" in shown
    assert "mount -t efs -o tls,iam" in shown
    assert "persistentvolume" not in shown


@pytest.mark.parametrize("principals", [(), ("*",), (ROLE, "arn:aws:iam::111122223333:root")])
def test_other_policies(principals: tuple[str, ...]) -> None:
    """Without a policy that is only for roles, an identity-based policy can be missing, too."""
    shown = _explain(POD + COMMAND, *principals)
    assert "allows only" not in shown
    assert "put-role-policy" in shown


def test_option_is_there() -> None:
    """A mount with iam is not anonymous."""
    shown = _explain(POD + LOGGED.replace("'tls': None", "'tls': None, 'iam': None"), ROLE)
    assert "anonymous" not in shown


_ID = "fs-0a1b2c3d4e5f60718"


@check_rows(
    ("before", "command", "line"),
    [
        (f"$ sudo mount -t efs -o tls {_ID}:/ /mnt/web\n", f"sudo mount -t efs -o tls,iam {_ID}:/ /mnt/web", f"{_ID}:/ /mnt/web efs _netdev,tls,iam 0 0"),
        (f"# mount -t efs {_ID} /data\n", f"mount -t efs -o tls,iam {_ID} /data", f"{_ID} /data efs _netdev,tls,iam 0 0"),
        (f"# mount -o tls,accesspoint=fsap-0a -t efs {_ID}:/ /data\n", f"mount -o tls,accesspoint=fsap-0a,iam -t efs {_ID}:/ /data", "_netdev,tls,accesspoint=fsap-0a,iam"),
        (f"# mount -a\n{_ID}:/a /data efs _netdev,noresvport 0 0\n", f"sudo mount -t efs -o _netdev,noresvport,tls,iam {_ID}:/a /data", f"{_ID}:/a /data efs _netdev,noresvport,tls,iam 0 0"),
        (f"# mount -t nfs4 -o nfsvers=4.1 {_ID}.efs.eu-west-1.amazonaws.com:/ /data\n", f"sudo mount -t efs -o tls,iam {_ID}:/ /data", "Only the mount helper (amazon-efs-utils) sends an identity"),
    ],
    ids=["options", "no options", "access point", "fstab", "NFS"],
)  # fmt: skip
def test_mount_is_repeated_with_the_option(before: str, command: str, line: str) -> None:
    shown = _explain(before, ROLE)
    assert f" {command} Documentation:" in shown
    assert line in shown
    assert "put-role-policy" not in shown


@check_rows(
    ("options", "condition", "is_tls"),
    [
        ("", '{"Bool": {"aws:SecureTransport": "false"}}', True),
        ("-o noresvport ", '{"Bool": {"aws:SecureTransport": "false"}}', True),
        ("-o tls ", '{"Bool": {"aws:SecureTransport": "false"}}', False),
        ("", '{"StringNotEquals": {"aws:SourceVpc": "vpc-0a1b2c3d"}}', False),
    ],
    ids=["no options", "other option", "has it", "other condition"],
)  # fmt: skip
def test_policy_that_requires_tls(options: str, condition: str, *, is_tls: bool) -> None:
    """The policy that the console makes of "Enforce in-transit encryption for all clients"."""
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "*"}}, "Action": "elasticfilesystem:Client*"}}, {{"Effect": "Deny", "Principal": {{"AWS": "*"}}, "Action": "*", "Condition": {condition}}}]}}'
    explanation = explain(f"# mount -t efs {options}{_ID}:/ /data\n{DENIED}{policy}")
    assert (
        "lack tls, and the file system policy denies requests without TLS" in explanation.summary
    ) is is_tls
    assert not is_tls or explanation.remedies[0].commands[0].endswith(f"tls {_ID}:/ /data")
    assert not is_tls or "iam" not in explanation.remedies[0].commands[0]


def test_other_servers() -> None:
    """EFS in the text does not make another server one of EFS, and an IP address can be a mount target."""
    error = "mount.nfs4: access denied by server while mounting {}:/data\nWe move to EFS."
    assert explain(error.format("nas.example.com")).topic == "nothing"
    assert explain(error.format("10.0.1.15")).topic == "efs-mount-denied"


def test_policy_for_an_access_point() -> None:
    """The role may mount only through one access point, which can be another one."""
    statement = f'{{"Effect": "Allow", "Principal": {{"AWS": "{ROLE}"}}, "Action": "elasticfilesystem:ClientMount", "Condition": {{"StringEquals": {{"elasticfilesystem:AccessPointArn": "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0a1b2c3d4e5f60718"}}}}}}'
    explanation = explain(f'# mount -t efs -o tls {_ID}:/ /data\n{DENIED}{{"Statement": [{statement}]}}')
    assert "can stay as it is" not in explanation.to_text(detail="full")


_POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "elasticfilesystem:ClientMount"}]}'


@pytest.mark.parametrize(
    ("principal", "is_named"),
    [("arn:aws:iam::111122223333:role/efs-driver", True), ("*", False)],
)
def test_policy_for_one_role_and_unknown_options(principal: str, *, is_named: bool) -> None:
    """Without the options of the mount, the policy says who can mount."""
    text = "Output: mount.nfs4: access denied by server while mounting 127.0.0.1:/\nvolumeHandle: fs-0a1b2c3d4e5f60718\n"
    explanation = explain(text + _POLICY % principal)
    assert ("allows only the role efs-driver" in explanation.summary) is is_named
    assert explanation.remedies[0].title.startswith("Mount with the option iam")
    assert (explanation.remedies[0].policy is None) is is_named
