"""``load``: the values of a ConfigMap, wherever its maps stand and however they are written."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage.aws_auth import AwsAuth, RoleEntry, SsoRole, UserEntry, load
from iamtriage.exceptions import AwsAuthError
from tests.aws_auth.maps import ROLE, SAMPLES, USER, Sample

_INNER = f"- rolearn: {ROLE}/app\n  username: app\n  groups:\n  - a b\n  - 'c'\n"
_APP = RoleEntry(f"{ROLE}/app", "app", ("a b", "c"))


def _indented(text: str, margin: str = "    ") -> str:
    return "".join(margin + line for line in text.splitlines(keepends=True))


def _roles(inner: str) -> tuple[RoleEntry, ...]:
    return load("mapRoles: |\n" + _indented(inner)).roles


_BLOCK = "mapRoles: |\n" + _indented(_INNER)
_DATA = "data:\n" + _indented(_BLOCK)
_MANIFEST = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n{_DATA}"
_OTHER = "kind: ConfigMap\nmetadata: {name: other}\ndata: {a: b}\n"
_PLACES = {
    "maps at the top": _BLOCK,
    "data alone": _DATA,
    "manifest": _MANIFEST,
    "manifest with a byte order mark": "\ufeff" + _MANIFEST,
    "manifest of Windows": _MANIFEST.replace("\n", "\r\n"),
    "without a last line end": _MANIFEST.rstrip("\n"),
    "tabs between words": _MANIFEST.replace("rolearn: ", "rolearn:\t\t").replace("data:\n", "data:\t# x\n"),
    "blanks behind lines": _MANIFEST.replace("v1\n", "v1  \n").replace("data:\n", "data: \t\n"),
    "second of the documents": f"---\n{_OTHER}---\n{_MANIFEST}---\n{_OTHER}",
    "behind an empty document": f"---\n---\n{_MANIFEST}...\n",
    "list": "kind: List\nitems:\n- kind: Namespace\n-\n" + _indented(_MANIFEST, "  "),
    "JSON": json.dumps({"kind": "ConfigMap", "data": {"mapRoles": _INNER}}),
    "JSON list": json.dumps(
        {"kind": "List", "items": [{"kind": "ConfigMap", "data": {"mapRoles": _INNER}}]}, indent=1
    ),
    "JSON with line ends of Windows in the text": json.dumps(
        {"data": {"mapRoles": _INNER.replace("\n", "\r\n")}}
    ),
    "stripped block": _BLOCK.replace("|", "|-"),
    "kept block": _BLOCK.replace("|", "|+") + "\n\n",
    "block with an indicator": _BLOCK.replace("|", "|4 # so"),
    "block with a document's start": _BLOCK.replace("|\n", "|\n    ---\n"),
    "folded": f"mapRoles: >\n  [{{rolearn: '{ROLE}/app',\n  username: app, groups: [a b,\n  c]}}]\n",
    "single quotes": f"mapRoles: '[{{rolearn: \"{ROLE}/app\", username: app, groups: [a b, ''c'']}}]'\n",
    "plain": f"mapRoles: \"[{{rolearn: '{ROLE}/app', username: app, groups: [a b, c]}}]\"\n",
    "by an alias": f"x: &x |\n{_indented(_INNER)}data:\n  mapRoles: *x\n",
}


@pytest.mark.parametrize("text", _PLACES.values(), ids=_PLACES)
def test_places(text: str) -> None:
    """The maps are found wherever they stand."""
    assert load(text) == AwsAuth(roles=(_APP,))


def test_the_last_of_several() -> None:
    """Of several documents the last is what is left when all are applied."""
    other = _MANIFEST.replace("role/app", "role/other")
    assert [role.arn for role in load(f"{_MANIFEST}---\n{other}").roles] == [f"{ROLE}/other"]
    unnamed = other.replace("name: aws-auth", "name: mine")
    assert [role.arn for role in load(f"{_MANIFEST}---\n{unnamed}").roles] == [f"{ROLE}/app"]


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_samples(sample: Sample) -> None:
    """Every sample has entries."""
    config_map = load(sample.text)
    assert len(config_map.roles) + len(config_map.users) >= 1


def test_everything() -> None:
    """All three maps, with the lines of the entries."""
    config_map = load(
        f"mapAccounts: |\n  - 012345678901\n  - '111122223333'\n  -\nmapRoles: |\n  - sso: {{permissionSetName: View, accountID: '111122223333'}}\n"
        f"    username: v\nmapUsers: |\n\n  - userarn: {USER}/team/ana\n    groups: []\n"
    )
    assert config_map == AwsAuth(
        (RoleEntry(username="v", sso=SsoRole("View", "111122223333")),),
        (UserEntry(f"{USER}/team/ana"),),
        ("012345678901", "111122223333"),
    )
    assert (config_map.roles[0].line, config_map.users[0].line) == (6, 10)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "# nothing\n", "---\n---\n", "\ufeff", "{}", "null", "data:\n", "data: {}\n", "kind: ConfigMap\n",
        "kind: ConfigMap\nmetadata: {name: aws-auth}\n", "a: b", "mapRoles:\nmapUsers: ~\n", "mapRoles: ''\n", "mapRoles: '``'\n",
        "mapRoles: '\"\"'\n", "mapRoles: |\n  []\n", "mapRoles: |\n  # nobody\n", "mapRoles: |\n  null\n", "mapRoles: |\n  a: b\n",
        "mapRoles: |\n  text\n", "mapAccounts: |\n  a: b\n", "maproles: |\n  - rolearn: a\n", "items: []\n", "items: [1, [], {}]\n",
    ],
)  # fmt: skip
def test_nothing(text: str) -> None:
    """What is empty, or says nothing, gives nothing."""
    assert load(text) == AwsAuth()


@pytest.mark.parametrize(
    "entry",
    [
        "username: x", "rolearn: ''", "rolearn: 12", "rolearn: [a]", "rolearn:", "text", "[a, b]", "", "12",
        "{rolearn: a, sso: {permissionSetName: V, accountID: '111122223333'}}",
        "sso: {permissionSetName: V, accountID: 111122223333}", "sso: {permissionSetName: V, accountID: '11112222333'}",
        "sso: {permissionSetName: V, accountID: '111122223333\\n'}", "sso: {permissionSetName: V w, accountID: '111122223333'}",
        f"sso: {{permissionSetName: {'V' * 33}, accountID: '111122223333'}}", "sso: {accountID: '111122223333'}", "sso: V", "sso:",
        "sso: {permissionSetName: V, accountID: '111122223333', partition: aws-mars}", "sso: {permissionSetName: V, accountID: '١١١١٢٢٢٢٣٣٣٣'}",
    ],
)  # fmt: skip
def test_dropped_entries(entry: str) -> None:
    """What the authenticator drops is not there; its neighbours are."""
    assert _roles(f"- rolearn: before\n- {entry}\n- rolearn: behind\n") == (
        RoleEntry("before"),
        RoleEntry("behind"),
    )


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("rOlEaRn: a\n  USERNAME: b\n  Groups: [c]", RoleEntry("a", "b", ("c",))),
        ("rolearn: a\n  rolearn: b", RoleEntry("b")),
        ("rolearn: a\n  username: 12", RoleEntry("a")),
        ("rolearn: a\n  username: yes", RoleEntry("a")),
        ("rolearn: a\n  username: '12'", RoleEntry("a", "12")),
        ("rolearn: a\n  username: !!str 12", RoleEntry("a", "12")),
        ("rolearn: a\n  groups: system:masters", RoleEntry("a")),
        ("rolearn: a\n  groups: [1, b, null, [c], true]", RoleEntry("a", "", ("b",))),
        ("rolearn: a\n  groups: {b: c}", RoleEntry("a")),
        ("rolearn: a\n  groups:\n  - b\n   - c", RoleEntry("a", "", ("b - c",))),
        ("rolearn: >-\n    a\n  username: |-\n    b", RoleEntry("a", "b")),
        ("rolearn: a\n  ? [1]\n  : b\n  userid: x", RoleEntry("a")),
        ("rolearn: a\n  sso:", RoleEntry("a")),
        ("rolearn: a # b\n  username: a#b", RoleEntry("a", "a#b")),
    ],
)
def test_entries_as_go_reads_them(entry: str, wanted: RoleEntry) -> None:
    """Keys without regard to case, the last of equal ones, values of the wrong type left out."""
    assert _roles(f"- {entry}\n") == (wanted,)


def test_anchors() -> None:
    """Aliases and merges are read."""
    inner = "- &a\n  rolearn: a\n  groups: &g [b, c]\n- rolearn: d\n  groups: *g\n- <<: *a\n  rolearn: e\n- *a\n- <<: [*a, {username: f}]\n"
    assert _roles(inner) == tuple(
        RoleEntry(arn, name, ("b", "c"))
        for arn, name in [("a", ""), ("d", ""), ("e", ""), ("a", ""), ("a", "f")]
    )


_LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)
)  # fmt: skip
_BAD = {
    "flow not closed": ("a: [1\n", 2, 1),
    "tab for indentation": ("data:\n\tmapRoles: x\n", 2, 1),
    "tab in the block": ("mapRoles: |\n  - rolearn: a\n\t  username: b\n", 3, 1),
    "NUL": ("data: \0\n", 1, 7),
    "control character": ("a: b\nc: \x01\n", 2, 4),
    "lone surrogate": ("a: \ud800\n", 1, 4),
    "escaped lone surrogate in the block": ('{"mapRoles": "- rolearn: \\ud800"}', 1, 26),
    "NUL in the block": ('{"mapRoles": "- rolearn: \\u0000"}', 1, 26),
    "list where text is due": ("data:\n  mapRoles:\n  - rolearn: a\n", 3, 3),
    "flow list where text is due": ("data:\n  mapUsers: []\n", 2, 13),
    "mapping where text is due": ("mapRoles: {a: b}\n", 1, 11),
    "number where text is due": ("mapAccounts: 111122223333\n", 1, 14),
    "list for data": ("data: [a]\nkind: ConfigMap\n", 1, 7),
    "text for data": ("kind: ConfigMap\nmetadata: {name: aws-auth}\ndata: x\n", 3, 7),
    "a list of entries": ("- rolearn: a\n", 1, 1),
    "text": ("hello", 1, 1),
    "unreadable block": ("mapRoles: |\n  - rolearn: a\n  - rolearn: [b\nmapUsers: |\n  []\n", 3, 16),
    "unreadable JSON text": (json.dumps({"data": {"mapRoles": "- a\n  - b: c\nd"}}), 1, 34),
    "unknown alias": ("a: *b\n", 1, 4),
    "unknown alias in the block": ("mapRoles: |\n  - *b\n", 2, 5),
    "anchor inside of itself": ("a: &a [*a]\n", 1, 8),
    "deep": ("[" * 100_000, 1, 65),
    "deep block": ("- " * 100_000, 1, 129),
    "deep mappings": ("{a: " * 100_000, 1, 257),
    "deep inside of the block": ("mapRoles: |\n  " + "[" * 100_000, 2, 67),
    "aliases that stand for too much": (_LAUGHS, 5, 5),
    "such aliases in the block": ("mapRoles: |\n" + _indented(_LAUGHS, "  "), 6, 7),
    "YAML of a version to come": ("%YAML 1.9\n--- a\n", 1, 1),
    "escape outside of Unicode": ('"\\UFFFFFFFF"', 1, 1),
}


@pytest.mark.parametrize(("text", "line", "column"), _BAD.values(), ids=_BAD)
def test_what_cannot_be_read(text: str, line: int, column: int) -> None:
    """The error names the place, in its message too, and survives pickling."""
    with pytest.raises(AwsAuthError) as caught:
        load(text)
    error = caught.value
    assert (error.line, error.column) == (line, column), error
    assert f"line {line}, column {column}" in str(error) or "write `map" in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 500
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(twin), twin.line, twin.column) == (str(error), line, column)


@pytest.mark.parametrize(
    "text", ["a" * 10_000_000, "- rolearn: a\n" * 800_000, "[" * 10_000_000, "\n" * 10_000_000]
)
def test_10_mb(text: str) -> None:
    """What no ConfigMap can hold is refused for its size, before it is read."""
    with pytest.raises(AwsAuthError, match="1 MiB"):
        load(text)


@pytest.mark.parametrize("value", [None, b"data: {}", 1, ["data:"], {"data": {}}])
def test_no_text(value: object) -> None:
    with pytest.raises(TypeError, match="a ConfigMap is text, not"):
        load(cast("Any", value))


@pytest.mark.parametrize("count", [300, 600])
def test_many_entries(count: int) -> None:
    """Each entry is there, at its line."""
    roles = _roles("".join(f"- rolearn: {ROLE}/app-{n}\n" for n in range(count)))
    assert [(role.arn, role.line) for role in roles] == [(f"{ROLE}/app-{n}", n + 2) for n in range(count)]


@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"%#@`,? \t\n\r\\"))
@example("a: !!float x")
def test_any_text(text: str) -> None:
    """Any text gives values, or the one error."""
    for candidate in (
        text,
        f"mapRoles: |\n{_indented(text)}",
        f"mapRoles: {text}",
        json.dumps({"mapRoles": text}),
    ):
        try:
            config_map = load(candidate)
        except AwsAuthError as error:
            place = error.line, error.column
        else:
            place = 1, 1
            assert isinstance(config_map, AwsAuth)
        assert min(place) >= 1
