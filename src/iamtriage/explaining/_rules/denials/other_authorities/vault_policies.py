"""Explain that a policy of HashiCorp Vault or OpenBao denies a request, after a login that can be one with an AWS role.

Sources: https://developer.hashicorp.com/vault/docs/concepts/policies and
https://developer.hashicorp.com/vault/docs/secrets/kv/kv-v2/setup.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Explanation
from iamtriage.explaining._rules.denials.other_authorities.decided_elsewhere import explain_elsewhere
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present

_KV_PAGE = "https://developer.hashicorp.com/vault/docs/secrets/kv/kv-v2/setup"
_SERVER = r"https?://[\w.-]{1,255}(?::\d{1,5})?/v1/"
_SPACE = r"(?:\s|\\n|\\t){1,12}"
# Of the clients in Go, with the request first, and of hvac, with it last.
_DENIED = lazy_pattern(
    rf"\bURL: (?P<method>[A-Z]{{3,6}}) {_SERVER}(?P<path>[\w./@+-]{{1,300}})(?P<query>\?[\w=&]{{1,80}})?{_SPACE}Code: 403\. Errors:{_SPACE}(?:\* \d error occurred:{_SPACE})?\* (?P<words>permission denied)"
    rf"|\* (?P<words_first>permission denied)(?:\s|\\n){{0,8}}, on (?P<verb>get|list|put|post|delete) {_SERVER}(?P<path_last>[\w./@+-]{{1,300}})"
)
# What vault kv asks for first, to learn the version of the mount.
_PREFLIGHT = lazy_pattern(r"sys/internal/ui/mounts/(?P<mount>[\w.-]{1,100})/")
_LOGIN = lazy_pattern(r"auth/[\w/-]{1,80}/login\Z")
_BLOCK = lazy_pattern(
    r"\bpath \"(?P<path>[\w./@+*-]{1,300})\"\s{0,4}\{\s{0,40}capabilities\s{0,4}=\s{0,4}\[(?P<capabilities>[^\[\]]{0,200})\]\s{0,40}\}"
)
_NAME = lazy_pattern(r"(?a)\b(?:vault|bao) policy (?:read|write) (?P<name>[a-z][\w-]{0,60})")
_TOKEN_POLICIES = lazy_pattern(r"\b(?:token_policies|policies) {1,20}\[(?P<names>[^\[\]\n]{1,300})\]")
_LOGGED_IN = lazy_pattern(r"You are now authenticated|\btoken_policies\b|\btoken_meta_\w")
_AWS_PERMISSION = lazy_pattern(
    r"\b(?:secretsmanager|ssm|kms|sts|iam):\*|\bAdministratorAccess\b|\bSecretsManagerReadWrite\b"
)
_CAPABILITIES = {
    "GET": "read",
    "LIST": "list",
    "PUT": "create, update",
    "POST": "create, update",
    "PATCH": "patch",
    "DELETE": "delete",
}  # fmt: skip


class _Request(NamedTuple):
    """A request that Vault denied: its path, and what its policies call what it does."""

    path: str
    capabilities: tuple[str, ...]
    words: str


def explain_vault(text: str) -> Explanation | None:
    """Explain that Vault denies a request because of the policies of its token, or return ``None`` for other texts."""
    found = _DENIED.search(text) if "permission denied" in text else None
    if found is None or _LOGIN.search(found["path"] or found["path_last"]):
        return None
    method = "LIST" if "list=true" in (found["query"] or "") else (found["method"] or found["verb"]).upper()
    capabilities = tuple(_CAPABILITIES.get(method, "read").split(", "))
    path = _PREFLIGHT.sub(r"\g<mount>/data/", found["path"] or found["path_last"])
    return _explain(text, _Request(path, capabilities, found["words"] or found["words_first"]))


def _explain(text: str, request: _Request) -> Explanation:
    blocks = {each["path"]: tuple(re.findall(r"\w+", each["capabilities"])) for each in _BLOCK.finditer(text)}
    name = _find_policy(text)
    policy = f"the policy {name}" if name else "the token's policy"
    has_login = _LOGGED_IN.search(text) is not None
    allowed = join_words(request.capabilities, "and")
    reason, path = _compare(request, blocks, policy)
    if not blocks and not has_login:
        reason += ", or the token is not valid any more"
    capabilities = ", ".join(
        f'"{each}"' for each in dict.fromkeys((*blocks.get(path, ()), *request.capabilities))
    )
    mount, _, rest = path.partition("/data/")
    lines = [f'path "{path}" {{\n  capabilities = [{capabilities}]\n}}']
    if rest and request.capabilities == ("read",):
        lines.append(f'path "{mount}/metadata/{rest}" {{\n  capabilities = ["read", "list"]\n}}')
    login = (
        "The login worked, and the policies of its token decide"
        if has_login
        else "The policies of the token decide"
    )
    written, is_new = "\n".join(lines), path not in blocks
    remedy = owner_remedy(
        f"Allow {allowed} on {clip_text(path)} in {policy} in Vault",
        "An administrator of Vault runs the commands. vault policy write replaces the whole policy, so the first command saves the present one."
        if is_new
        else "An administrator of Vault changes this block in policy.hcl between the first two commands.",
        "A token has the change at once. The last command, with the token of the program, prints what it may do.",
        manifest=None if is_new else written,
        manifest_language="text",
        commands=present(
            f"vault policy read {name or 'POLICY_NAME'} > policy.hcl",
            f"cat >> policy.hcl <<'EOF'\n{written}\nEOF" if is_new else None,
            f"vault policy write {name or 'POLICY_NAME'} policy.hcl",
            f"vault token capabilities {request.path}",
        ),
        url=_KV_PAGE if rest else "https://developer.hashicorp.com/vault/docs/concepts/policies",
    )
    granted = _AWS_PERMISSION.search(text)
    return explain_elsewhere(
        request.words,
        f"Vault, not AWS, denied {allowed} on {clip_text(request.path)} (403): {reason}. {login}: no IAM policy plays a part.",
        remedy,
        notes=present(
            f"{granted[0]}, if it was given to the AWS role to fix this, can be removed again."
            if granted
            else None
        ),
    )


def _find_policy(text: str) -> str | None:
    """Return the only policy that a text names, besides the one that each token has."""
    listed = {
        name for each in _TOKEN_POLICIES.finditer(text) for name in re.findall(r"[\w-]+", each["names"])
    }
    return only_one({each["name"] for each in _NAME.finditer(text)} or listed - {"default"})


def _compare(request: _Request, blocks: dict[str, tuple[str, ...]], policy: str) -> tuple[str, str]:
    """Return why the blocks of a policy do not allow a request, and the path that the policy has to name."""
    mount, is_versioned, rest = request.path.partition("/data/")
    for path, capabilities in blocks.items():
        if _matches(path, request.path):
            if "deny" in capabilities:
                return f"{policy} has deny for {clip_text(path)}", path
            if not set(request.capabilities) <= set(capabilities):
                return f"{policy} has only {join_words(capabilities, 'and')} for {clip_text(path)}", path
    for path in blocks:
        if is_versioned and _matches(path, f"{mount}/{rest}"):
            right = f"{mount}/data/{path.removeprefix(f'{mount}/')}"
            return (
                f"{policy} allows {clip_text(path)}, but in version 2 of the KV engine the data is below {mount}/data/",
                right,
            )
    if blocks:
        shown = join_words(list(map(clip_text, blocks))[:3], "and")
        return f"{policy} in the text names {shown} instead", request.path
    return "no policy of the token allows it", request.path


def _matches(pattern: str, path: str) -> bool:
    """Return whether a path of a policy covers another one: ``+`` is one segment, and ``*`` at the end any rest.

    >>> _matches("secret/+/db", "secret/data/db"), _matches("secret/app*", "secret/apps/db"), _matches("secret/*/db", "secret/a/db")
    (True, True, False)
    """
    is_prefix = pattern.endswith("*")
    parts = [r"[^/]+" if each == "+" else re.escape(each) for each in pattern.removesuffix("*").split("/")]
    return re.fullmatch("/".join(parts) + (".*" if is_prefix else ""), path) is not None
