"""Read the blocks of Terraform code: resources, data sources, providers and backends.

A text often has only the beginning of a block, and code in an error ends at any line. The syntax is that of
https://developer.hashicorp.com/terraform/language/syntax/configuration.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import find_closing_brace
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.values import Stated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage.explaining._context.values import CommandLine

_ADDRESS = lazy_pattern(
    r"(?a)\bwith ((?:module\.[\w-]{1,64}(?:\[[\w\"\\.@:/-]{1,100}\])?\.){0,8}(?:data\.)?(?:aws|kubernetes|helm)_\w{1,80}\.[\w-]{1,80}(?:\[[\w\"\\.@:/-]{1,100}\])?)"
)
# The next error of a run.
_NEXT_ERROR = lazy_pattern(r"(?m)^[ \t│|]{0,8}Error: ")

# The beginning of a block, a comment on a line of its own, or a brace.
_MARK = lazy_pattern(
    r"(?m)\b(?P<kind>resource|data|provider|backend|module|variable)\s{1,8}\"(?P<first>[\w./-]{1,100})\"(?:\s{1,8}\"(?P<second>[\w-]{1,100})\")?\s{0,8}\{"
    r"|^[ \t]{0,80}(?:#|//)[^\n]*"
    r"|(?P<brace>[{}])"
)
_COMMENT = lazy_pattern(r"(?m)^[ \t]{0,80}(?:#|//)[^\n]*$")
# A reference in a string is not a nested block.
_NESTED = lazy_pattern(r"\$\{[^{}]{0,400}\}|(?P<brace>[{}])")
_ARGUMENT = lazy_pattern(
    r"(?<![\w.\"$-])(?P<name>[A-Za-z_]\w{0,80})[ \t]{0,80}=(?![=>])[ \t]{0,20}(?P<value>\"(?:[^\"\\\n$]|\\.|\$\{[^{}\n]{0,400}\}|\$)*+\"|[^\n#;]{0,400})"
)
# Nothing in it is special in a shell.
_NAME = lazy_pattern(r"(?a)\"([\w+=,.@:/*-]{1,400})\"")
# "module.site.aws_iam_role.app[0]: Creation complete after 2s [id=app]"
_STEP = lazy_pattern(
    r"(?a)(?<![\w.-])(?:module\.[\w-]{1,64}(?:\[[^\]\s]{1,100}\])?\.){0,8}(?P<address>(?P<type>[a-z]\w{1,80})\.[A-Za-z_][\w-]{0,80})(?:\[[^\]\n]{1,100}\])?: (?P<what>Creating|Refreshing|(?:Creation|Modifications|Destruction) complete)(?:[^\n\[]{0,60}\[id=(?P<id>[\w+=,.@:/*-]{1,400})\])?"
)
# The only kind that stands in another block: terraform.
_INNER_KIND = "backend"
_MAX_TEXTS, _MAX_CHARS = 4, 4_000
_REFERENCE = lazy_pattern(r"(?a)(?P<kind>var|local)\.(?P<name>[A-Za-z_][\w-]{0,60})")


@attrs.frozen(eq=False, slots=False)
class Block:
    """A block with its labels.

    Attributes:
        kind: The kind of block, such as ``"resource"`` or ``"data"``.
        labels: The labels: of a resource or data source its type and its name, of others one.
        start: Where it begins in the text.
        end: Where it ends in the text.
        body: What is between its braces, as far as the text has it, without comments.
        is_whole: Whether the text has its closing brace.
    """

    kind: str
    labels: tuple[str, ...]
    start: int
    end: int
    body: str
    is_whole: bool

    @property
    def type(self) -> str:
        """The type of a resource or data source, the name of a provider, the kind of a backend."""
        return self.labels[0]

    @property
    def name(self) -> str:
        """The name that a resource or data source has in the code."""
        return self.labels[-1]

    @property
    def address(self) -> str:
        """How code refers to it, such as ``"aws_iam_role.app"`` or ``"data.aws_eks_cluster.main"``."""
        return ".".join(self.labels if self.kind == "resource" else (self.kind, *self.labels))

    @property
    def header(self) -> str:
        """Its first words, such as ``'provider "aws"'``."""
        return " ".join((self.kind, *(f'"{each}"' for each in self.labels)))

    @cached_property
    def arguments(self) -> dict[str, str]:
        """The arguments of the block itself, without those of nested blocks, and their values as written.

        The value of an object or a call is only the beginning of it.
        """
        top = _without_nested(self.body)
        return {each["name"]: each["value"].strip() for each in _ARGUMENT.finditer(top)}

    @cached_property
    def texts(self) -> dict[str, str]:
        """The arguments that are strings of characters that names, ARNs and URLs have, without references."""
        strings = ((name, _NAME.fullmatch(value)) for name, value in self.arguments.items())
        return {name: found[1] for name, found in strings if found is not None}

    def text_of(self, argument: str) -> str | None:
        """Return the value of an argument if it is a string as in :attr:`texts`."""
        return self.texts.get(argument)

    def find_nested(self, name: str) -> list[Block]:
        """Return the nested blocks of a name, and the objects that are values of an argument of this name."""
        heads = re.finditer(rf"(?<![\w.-]){re.escape(name)}\s{{0,40}}=?\s{{0,40}}\{{", self.body)
        return [_build_nested(name, each) for each in heads]


class Step(NamedTuple):
    """A line of Terraform's log about a resource.

    Attributes:
        address: The address of the resource in its module, without an index.
        type: The type of the resource.
        what: What Terraform does or did, such as ``"Creating"`` or ``"Creation complete"``.
        id: The ID of the resource, which is its name for many types; ``None`` unless the line has it.
    """

    address: str
    type: str
    what: str
    id: str | None


def find_steps(text: str, *types: str) -> list[Step]:
    """Return what Terraform's log says of resources of some types, in its order.

    >>> find_steps("aws_iam_role.app: Creation complete after 2s [id=app]", "aws_iam_role")
    [Step(address='aws_iam_role.app', type='aws_iam_role', what='Creation complete', id='app')]
    """
    if not any(f"{each}." in text for each in types):
        return []
    steps = (Step(*each.group("address", "type", "what", "id")) for each in _STEP.finditer(text))
    return [each for each in steps if each.type in types]


def find_blocks(text: str, kind: str, *types: str) -> list[Block]:
    r"""Return the blocks of a kind and of some types, or of any type, in their order.

    >>> code = 'resource "aws_iam_role" "app" {\n  name = "app-${var.stage}"\n  path = "/jobs/"\n'
    >>> [(each.address, each.text_of("name"), each.text_of("path")) for each in find_blocks(code, "resource")]
    [('aws_iam_role.app', None, '/jobs/')]
    """
    if kind not in text or (types and not any(each in text for each in types)):
        return []
    return [each for each in _read_blocks(text) if each.kind == kind and (not types or each.type in types)]


class ProviderRegion(NamedTuple):
    """The Region of a provider of AWS.

    Attributes:
        region: The Region.
        value: The value in the provider block, such as ``var.region``.
        words: Where the text sets the Region.
        is_in_code: Whether that is in the code, and not a value for a variable.
    """

    region: str
    value: str
    words: str
    is_in_code: bool = True


def find_provider_region(text: str) -> ProviderRegion | None:
    r"""Return the Region of the provider of AWS that the resources of Terraform code use, also of a variable.

    >>> code = 'variable "where" { default = "eu-west-1" }\nprovider "aws" { region = var.where }'
    >>> find_provider_region(code)
    ProviderRegion(region='eu-west-1', value='var.where', words='default = "eu-west-1"', is_in_code=True)
    """
    found = [each.arguments for each in find_blocks(text, "provider", "aws")]
    value = only_one(
        {each["region"].rstrip(" }") for each in found if "region" in each and "alias" not in each}
    )
    if value is None:
        return None
    reference = _REFERENCE.fullmatch(value)
    if reference is None:
        is_region = re.fullmatch(rf'"{REGION}"', value, re.ASCII) is not None
        return ProviderRegion(value.strip('"'), value, f"region = {value}") if is_region else None
    name = re.escape(reference["name"])
    # What Terraform reads first: https://developer.hashicorp.com/terraform/language/values/variables.
    settings: tuple[str, ...] = (
        rf"-var[ =][\"']?{name}=[\"']?({REGION})(?![\w-])",
        rf"(?m)^{name}[ \t]{{0,40}}=[ \t]{{0,40}}\"({REGION})\"",
        rf"\bTF_VAR_{name}=[\"']?({REGION})(?![\w-])",
        rf"\bvariable\s{{1,8}}\"{name}\"\s{{0,8}}\{{(?:[^{{}}]{{0,400}}?[\s{{])?(default\s{{0,40}}=\s{{0,40}}\"{REGION}\")",
    )
    if reference["kind"] == "local":
        settings = (
            rf"\blocals\s{{0,8}}\{{(?:[^{{}}]{{0,2000}}?\s)?{name}\s{{0,40}}=\s{{0,40}}\"({REGION})\"",
        )
    for setting in settings:
        stated = {each[1]: each[0] for each in re.finditer(setting, text, re.ASCII)}
        if len(stated) == 1:
            ((region, words),) = stated.items()
            if region.startswith("default"):
                return ProviderRegion(region.split('"')[1], value, region)
            return ProviderRegion(region, value, " ".join(words.split()), reference["kind"] == "local")
    return None


def find_resources(text: str, *types: str) -> list[Block]:
    """Return the resources of some types, or of any type, in their order."""
    return find_blocks(text, "resource", *types)


@lru_cache(maxsize=_MAX_TEXTS)
def _read_blocks(text: str) -> Sequence[Block]:
    blocks: list[Block] = []
    begun: list[tuple[int, re.Match[str]]] = []
    depth = 0
    for found in _MARK.finditer(text):
        if found["kind"] is not None:
            if found["kind"] != _INNER_KIND:
                # The others are never nested: the text has only the beginning of what is open.
                blocks += (_build(each, found.start(), is_whole=False) for _, each in begun)
                begun.clear()
                depth = 0
            depth += 1
            begun.append((depth, found))
        elif begun and found["brace"] == "{":
            depth += 1
        elif begun and found["brace"] == "}":
            if begun[-1][0] == depth:
                blocks.append(_build(begun.pop()[1], found.start(), is_whole=True))
            depth -= 1
    blocks += (_build(each, len(text), is_whole=False) for _, each in begun)
    return sorted(blocks, key=lambda each: each.start)


def _build(head: re.Match[str], end: int, *, is_whole: bool) -> Block:
    labels = tuple(each for each in head.group("first", "second") if each is not None)
    end = end if is_whole else min(end, head.end() + _MAX_CHARS)
    body = _COMMENT.sub("", head.string[head.end() : end])
    return Block(head["kind"], labels, head.start(), end, body, is_whole)


def _build_nested(name: str, head: re.Match[str]) -> Block:
    body = head.string
    end = find_closing_brace(body, head.end())
    return Block(name, (), head.start(), end, body[head.end() : end], end < len(body))


def _without_nested(body: str) -> str:
    kept: list[str] = []
    depth = at = 0
    for found in _NESTED.finditer(body):
        if found["brace"] == "{":
            if depth == 0:
                kept.append(body[at : found.start()])
            depth += 1
        elif found["brace"] == "}" and depth:
            depth -= 1
            at = found.end()
    return "".join((*kept, body[at:] if depth == 0 else ""))


def find_address(text: str, _command: CommandLine | None = None) -> Stated | None:
    """Return the address of the Terraform resource, if Terraform names one."""
    if "with " not in text or not any(each in text for each in ("aws_", "kubernetes_", "helm_")):
        return None
    for found in _ADDRESS.finditer(text):
        # A warning names its own resource.
        if text.rfind("Warning: ", 0, found.start()) <= text.rfind("Error: ", 0, found.start()):
            return Stated(found[1].replace("\\", ""), found[0])
    return None


def find_own_address(text: str, end: int) -> Stated | None:
    r"""Return the address that Terraform prints after an error, before the next one.

    >>> text = "Error: A\n  with aws_sqs_queue.a,\nError: B\n  with aws_sqs_queue.b,"
    >>> find_own_address(text, text.index("B")).value
    'aws_sqs_queue.b'
    """
    following = _NEXT_ERROR.search(text, end)
    return find_address(text[end : None if following is None else following.start()])
