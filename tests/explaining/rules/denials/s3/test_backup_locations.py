"""Check the explanations of backup locations of Velero whose keys are not used."""

from __future__ import annotations

from iamtriage import explain

DENIED = (
    'level=error msg="Error listing backups" backupLocation=velero/dr error="AccessDenied: User: {} is not authorized to'
    ' perform: s3:ListBucket on resource: \\"arn:aws:s3:::shop-dr\\" because no {} policy allows the s3:ListBucket action"\n\n'
)
ROLE, USER = (
    "arn:aws:sts::111122223333:assumed-role/velero/17092817332145",
    "arn:aws:iam::444455556666:user/backups",
)
LOCATION = "kind: BackupStorageLocation\nmetadata:\n  name: dr\nspec:\n  objectStorage:\n    bucket: {}\n{}"
KEYS = "  credential:\n    key: cloud\n    name: dr-keys\n"
IMAGE = "\nimage: velero/velero-plugin-for-aws:v{}\n"


def _explain(
    principal: str = ROLE,
    bucket: str = "shop-dr",
    keys: str = KEYS,
    version: str = "1.7.1",
    kind: str = "resource-based",
) -> str:
    manifest = LOCATION.format(bucket, keys)
    image = IMAGE.format(version) if version else ""
    return " ".join(str(explain(DENIED.format(principal, kind) + manifest + image)).split())


def test_keys_of_location() -> None:
    """The role of the pod was used, whatever type of policy denied it."""
    for version in ("1.7.1", ""):
        for kind in ("resource-based", "identity-based"):
            shown = _explain(version=version, kind=kind)
            assert "Velero used the role velero of account 111122223333 for the location dr" in shown
            assert "Do this first: Update velero-plugin-for-aws to v1.9 or later" in shown
            assert "in the bucket policy" in shown


def test_other_locations() -> None:
    """A newer plugin, another bucket, a location without keys and a user are no sign that keys were ignored."""
    for shown in (
        _explain(version="1.10.0"),
        _explain(bucket="shop-dr-2"),
        _explain(keys=""),
        _explain(principal=USER),
    ):
        assert "Velero used" not in shown
