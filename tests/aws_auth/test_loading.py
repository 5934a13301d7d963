"""``load``: the contents of a ConfigMap, wherever its maps are and whatever their YAML style."""

from __future__ import annotations

import copy
import importlib.util
import json
import pickle
import sys
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage.aws_auth import AwsAuth, RoleEntry, SsoRole, UserEntry, load
from iamtriage.exceptions import AwsAuthError
from tests.aws_auth.maps import ROLE, SAMPLES, USER, Sample
from tests.tables import check_rows

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
    "manifest with CRLF": _MANIFEST.replace("\n", "\r\n"),
    "without a final newline": _MANIFEST.rstrip("\n"),
    "tabs between words": _MANIFEST.replace("rolearn: ", "rolearn:\t\t").replace("data:\n", "data:\t# x\n"),
    "trailing spaces": _MANIFEST.replace("v1\n", "v1  \n").replace("data:\n", "data: \t\n"),
    "second document": f"---\n{_OTHER}---\n{_MANIFEST}---\n{_OTHER}",
    "after an empty document": f"---\n---\n{_MANIFEST}...\n",
    "list": "kind: List\nitems:\n- kind: Namespace\n-\n" + _indented(_MANIFEST, "  "),
    "JSON": json.dumps({"kind": "ConfigMap", "data": {"mapRoles": _INNER}}),
    "JSON list": json.dumps(
        {"kind": "List", "items": [{"kind": "ConfigMap", "data": {"mapRoles": _INNER}}]}, indent=1
    ),
    "JSON with CRLF in the string": json.dumps({"data": {"mapRoles": _INNER.replace("\n", "\r\n")}}),
    "stripped block": _BLOCK.replace("|", "|-"),
    "kept block": _BLOCK.replace("|", "|+") + "\n\n",
    "block with an indentation indicator": _BLOCK.replace("|", "|4 # so"),
    "block with a document marker": _BLOCK.replace("|\n", "|\n    ---\n"),
    "folded": f"mapRoles: >\n  [{{rolearn: '{ROLE}/app',\n  username: app, groups: [a b,\n  c]}}]\n",
    "single quotes": f"mapRoles: '[{{rolearn: \"{ROLE}/app\", username: app, groups: [a b, ''c'']}}]'\n",
    "plain": f"mapRoles: \"[{{rolearn: '{ROLE}/app', username: app, groups: [a b, c]}}]\"\n",
    "alias": f"x: &x |\n{_indented(_INNER)}data:\n  mapRoles: *x\n",
}


@check_rows("text", _PLACES.values(), ids=_PLACES)
def test_places(text: str) -> None:
    """The maps are found wherever they are."""
    assert load(text) == AwsAuth(roles=(_APP,))


def test_the_last_document_wins() -> None:
    """If kubectl applies several documents, the last one remains."""
    other = _MANIFEST.replace("role/app", "role/other")
    assert [role.arn for role in load(f"{_MANIFEST}---\n{other}").roles] == [f"{ROLE}/other"]
    unnamed = other.replace("name: aws-auth", "name: mine")
    assert [role.arn for role in load(f"{_MANIFEST}---\n{unnamed}").roles] == [f"{ROLE}/app"]


def test_the_first_document_of_a_map_counts() -> None:
    """The authenticator does not read the documents after it."""
    assert _roles("- rolearn: a\n---\n- rolearn: b\n") == (RoleEntry("a"),)


@check_rows("sample", SAMPLES.values(), ids=SAMPLES)
def test_samples(sample: Sample) -> None:
    """Every sample has entries."""
    config_map = load(sample.text)
    assert len(config_map.roles) + len(config_map.users) >= 1


def test_everything() -> None:
    """All three maps load, with the lines of their entries."""
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


@check_rows(
    "text",
    [
        "", "\n", "# nothing\n", "---\n---\n", "\ufeff", "{}", "null", "data:\n", "data: {}\n", "kind: ConfigMap\n",
        "kind: ConfigMap\nmetadata: {name: aws-auth}\n", "a: b", "mapRoles:\nmapUsers: ~\n", "mapRoles: ''\n", "mapRoles: |", "mapRoles: '``'\n",
        "mapRoles: '\"\"'\n", "mapRoles: |\n  []\n", "mapRoles: |\n  # no entries\n", "mapRoles: |\n  null\n", "mapRoles: |\n  a: b\n",
        "mapRoles: |\n  text\n", "mapAccounts: |\n  a: b\n", "maproles: |\n  - rolearn: a\n", "items: []\n", "items: [1, [], {}]\n",
    ],
)  # fmt: skip
def test_empty_maps(text: str) -> None:
    """Texts without entries load as an empty ConfigMap."""
    assert load(text) == AwsAuth()


@check_rows(
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
    """Entries that the authenticator drops are missing; the others are not."""
    assert _roles(f"- rolearn: before\n- {entry}\n- rolearn: after\n") == (
        RoleEntry("before"),
        RoleEntry("after"),
    )


@check_rows(
    ("entry", "expected"),
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
def test_entries_are_read_as_in_go(entry: str, expected: RoleEntry) -> None:
    """Keys are case-insensitive, the last of equal keys wins, and values of a wrong type are dropped."""
    assert _roles(f"- {entry}\n") == (expected,)


def test_anchors() -> None:
    """Aliases and merge keys are resolved."""
    inner = "- &a\n  rolearn: a\n  groups: &g [b, c]\n  note: n\n- rolearn: d\n  groups: *g\n- <<: *a\n  rolearn: e\n- *a\n- <<: [*a, {username: f}]\n"
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
    "list instead of a string": ("data:\n  mapRoles:\n  - rolearn: a\n", 3, 3),
    "flow list instead of a string": ("data:\n  mapUsers: []\n", 2, 13),
    "mapping instead of a string": ("mapRoles: {a: b}\n", 1, 11),
    "number instead of a string": ("mapAccounts: 111122223333\n", 1, 14),
    "list instead of data": ("data: [a]\nkind: ConfigMap\n", 1, 7),
    "string instead of data": ("kind: ConfigMap\nmetadata: {name: aws-auth}\ndata: x\n", 3, 7),
    "a list of entries": ("- rolearn: a\n", 1, 1),
    "text": ("hello", 1, 1),
    "invalid YAML in a block": ("mapRoles: |\n  - rolearn: a\n  - rolearn: [b\nmapUsers: |\n  []\n", 3, 16),
    "invalid YAML in a JSON string": (json.dumps({"data": {"mapRoles": "- a\n  - b: c\nd"}}), 1, 34),
    "unknown alias": ("a: *b\n", 1, 4),
    "unknown alias in the block": ("mapRoles: |\n  - *b\n", 2, 5),
    "anchor that contains itself": ("a: &a [*a]\n", 1, 8),
    "deep nesting": ("[" * 20_000, 1, 65),
    "deep block nesting": ("- " * 100_000, 1, 129),
    "deep mapping nesting": ("{a: " * 100_000, 1, 257),
    "deep nesting in a map": ("mapRoles: |\n  " + "[" * 20_000, 2, 67),
    "aliases that expand too far": (_LAUGHS, 5, 5),
    "aliases that expand too far in a map": ("mapRoles: |\n" + _indented(_LAUGHS, "  "), 6, 7),
    "future YAML version": ("%YAML 1.9\n--- a\n", 1, 1),
    "escape outside of Unicode": ('"\\UFFFFFFFF"', 1, 1),
}


@check_rows(("text", "line", "column"), _BAD.values(), ids=_BAD)
def test_invalid_texts(text: str, line: int, column: int) -> None:
    """The error and its message state the position, and the error survives pickling."""
    with pytest.raises(AwsAuthError) as caught:
        load(text)
    error = caught.value
    assert (error.line, error.column) == (line, column), error
    assert f"line {line}, column {column}" in str(error) or "write `map" in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 500
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(twin), twin.line, twin.column) == (str(error), line, column)


@check_rows("text", ["a" * 10_000_000, "- rolearn: a\n" * 800_000, "[" * 10_000_000, "\n" * 10_000_000])
def test_10_mb(text: str) -> None:
    """Texts that are too long for a ConfigMap are rejected before they are parsed."""
    with pytest.raises(AwsAuthError, match="1 MiB"):
        load(text)


def test_without_ruamel_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """The import of the package fails, and says what to install."""
    spec = importlib.util.find_spec("iamtriage.aws_auth")
    assert spec is not None
    assert spec.loader is not None
    for name in [name for name in sys.modules if name.partition(".")[0] == "ruamel"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ruamel", None)
    with pytest.raises(ImportError, match=r"pip install 'iamtriage\[yaml\]'") as caught:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert caught.value.name == "ruamel.yaml"


@check_rows("value", [None, b"data: {}", 1, ["data:"], {"data": {}}])
def test_only_strings_are_accepted(value: object) -> None:
    with pytest.raises(TypeError, match="text must be a string, not"):
        load(cast("Any", value))


@pytest.mark.unmeasured
@pytest.mark.parametrize("count", [300, 600])
def test_many_entries(count: int) -> None:
    """Each entry loads with its line."""
    roles = _roles("".join(f"- rolearn: {ROLE}/app-{n}\n" for n in range(count)))
    assert [(role.arn, role.line) for role in roles] == [(f"{ROLE}/app-{n}", n + 2) for n in range(count)]


@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"%#@`,? \t\n\r\\"))
@example("a: !!float x")
def test_any_text(text: str) -> None:
    """Any text loads or raises an AwsAuthError."""
    for candidate in (
        text,
        f"mapRoles: |\n{_indented(text)}",
        f"mapRoles: {text}",
        json.dumps({"mapRoles": text}),
    ):
        try:
            config_map = load(candidate)
        except AwsAuthError as error:
            position = error.line, error.column
        else:
            position = 1, 1
            assert isinstance(config_map, AwsAuth)
        assert min(position) >= 1
