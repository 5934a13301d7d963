"""Which paths can contain selected events."""

from __future__ import annotations

import pytest

from iamtriage.inputs._selection import Selection, build_selection, find_sibling, find_sibling_folder
from tests.tables import check_rows

_REGIONS = ("us-east-1", "ap-southeast-7", "us-gov-west-1", "us-isob-east-1", "cn-north-1", "eusc-de-east-1")


@check_rows("region", _REGIONS)
@check_rows("root", ["", "prefix/of/trail/", "/data/", "C:\\data\\"])
@check_rows("organization", ["", "o-exampleorg1/"])
@check_rows("kind", ["CloudTrail", "CloudTrail-NetworkActivity"])
def test_trails(region: str, root: str, organization: str, kind: str) -> None:
    folder = f"{root}AWSLogs/{organization}111122223333/{kind}/{region}/2026/11"
    for path in (folder, f"{folder}/26", f"{folder}/26/x.json.gz", f"{folder}/26".replace("/", "\\")):
        for options, may_contain in (
            ({"regions": [region]}, True),
            ({"regions": ["af-south-1"]}, False),
            ({"accounts": ["111122223333"]}, True),
            ({"accounts": ["444455556666"]}, False),
            ({"since": "2026-11-26"}, True),
            ({"since": "2026-12-01"}, False),
            ({"until": "2026-11-30"}, True),
            ({"until": "2026-10-30"}, False),
        ):
            arguments = {"since": None, "until": None, "accounts": (), "regions": (), **options}
            assert build_selection(**arguments).may_contain(path) is may_contain  # type: ignore[arg-type]
            assert Selection().may_contain(path)


@check_rows(
    ("path", "covered"),
    [
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/", False),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/", False),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/", False),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/12/", True),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2027/01/", False),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2027/01/31/", False),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2027/01/30/", True),
        ("AWSLogs/444455556666/CloudTrail/us-east-1/2026/12/", False),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/", False),
        ("logs/", False),
    ],
)
def test_folders_of_which_everything_is_selected(path: str, covered: bool) -> None:  # noqa: FBT001
    selection = build_selection("2026-11-20", "2027-01-31", ["111122223333"], ["us-east-1"])
    assert selection.covers(path) is covered
    assert Selection().covers(path)


@check_rows(
    ("path", "folder"),
    [
        ("AWSLogs/111122223333/CloudTrail-Digest", "AWSLogs/111122223333/CloudTrail-Digest"),
        ("x/AWSLogs/o-exampleorg1/111122223333/CloudTrail-Insight/us-east-1/y", "x/AWSLogs/o-exampleorg1/111122223333/CloudTrail-Insight"),
        ("C:\\x\\AWSLogs\\111122223333\\CloudTrail-Aggregated\\y.gz", "C:\\x\\AWSLogs\\111122223333\\CloudTrail-Aggregated"),
        ("AWSLogs/111122223333/CloudTrail/CloudTrail-Digest.txt", None),
        ("AWSLogs/111122223333/CloudTrail-NetworkActivity/x", None),
        ("CloudTrail-Digest/x", None),
        ("my-CloudTrail-Digest/AWSLogs/111122223333/CloudTrail/x", None),
    ],
)  # fmt: skip
def test_siblings(path: str, folder: str | None) -> None:
    assert (find_sibling(path) is None) is (folder is None)
    assert find_sibling_folder(path) == (folder or path)


@pytest.mark.parametrize(
    "path", ["AWSLogs/111122223333/CloudTrail/us-east-1/2026/13/40/x", "a/2026/11/26/x", "region=/x"]
)
def test_paths_that_state_nothing(path: str) -> None:
    """Such a path can contain anything, if only its other parts do not say more."""
    assert build_selection("2027-06-01", None, (), ()).may_contain(path)
