"""Represent the values that a context consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.values import Value
from iamtriage._typing import NamedTuple
from iamtriage.policies._readers.elements import (
    allow_statements,
    as_strings,
    deny_statements,
    iterate_statements,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping  # noqa: TC004 (nothing resolves the annotations)

    from iamtriage.typing import PolicyType  # noqa: TC004


class Stated(NamedTuple):
    """A value that the text states.

    Attributes:
        value: The value.
        words: The part of the text that states it.
    """

    value: str
    words: str


class CommandLine(NamedTuple):
    """A command that the text shows.

    Attributes:
        program: The program, such as ``"aws"``.
        words: The arguments that are not options, such as ``("s3", "ls")``.
        options: The long options with their values, without hyphens.
        text: The command as written, on one line.
        variables: What it needs before it to be the same command, such as ``"AWS_PROFILE=dev "``, or nothing.
    """

    program: str
    words: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    text: str
    variables: str = ""

    def option(self, *names: str) -> Stated | None:
        """Return the value of the first of these options that is in the command."""
        for name in names:
            for each, value in self.options:
                if each == name and value:
                    forms = (f"--{name} {value}", f"--{name}={value}", f"-{name[0]} {value}")
                    return Stated(value, next((form for form in forms if form in self.text), forms[0]))
        return None


class OtherVersion(NamedTuple):
    """A version of a managed policy that is not the default one.

    Attributes:
        arn: The ARN of the policy.
        id: The ID of the version, such as ``"v4"``.
        default: The ID of the default version, if the text shows it.
    """

    arn: str
    id: str
    default: str | None


class Runtime(NamedTuple):
    """The environment that runs the code that made the call.

    Attributes:
        kind: A stable identifier, such as ``"lambda"``.
        caller: The owner of the credentials that the call used, such as ``"the execution role of the Lambda
            function"``.
        words: The part of the text that shows the environment.
        command: The command that prints the role, with a placeholder for an unknown name.
    """

    kind: str
    caller: str
    words: str
    command: str | None = None

    @property
    def is_job(self) -> bool:
        """Whether it is a CI system, whose jobs make the calls."""
        return self.kind in {"github-actions", "gitlab", "jenkins"}


class MappingEntry(NamedTuple):
    """An entry of an ``aws-auth`` ConfigMap that the text contains.

    Attributes:
        arn: The ARN of the role or user.
        username: The Kubernetes user name.
        is_role: Whether its field is ``rolearn``, which belongs in ``mapRoles``.
        around: The text before and after the ARN on its line.
        groups: The Kubernetes groups.
        wrong_list: The list that the entry is in, if the authenticator reads its field only in the other one.
    """

    arn: str
    username: str | None = None
    is_role: bool = True
    around: tuple[str, str] = ("", "")
    groups: tuple[str, ...] = ()
    wrong_list: str | None = None


class Rule(NamedTuple):
    """A rule of a role of Kubernetes RBAC.

    Attributes:
        verbs: The verbs, such as ``"get"``.
        groups: The API groups; ``""`` is the core group.
        resources: The resource types, such as ``"pods/log"``.
        names: The objects that the rule is restricted to; empty for all.
        urls: Paths instead of groups and resources.
    """

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


class Subject(NamedTuple):
    """The subject of a role binding.

    Attributes:
        kind: ``"User"``, ``"Group"`` or ``"ServiceAccount"``.
        name: The name.
        namespace: The namespace of a service account.
    """

    kind: str
    name: str
    namespace: str | None = None


@attrs.frozen(eq=False, repr=False)
class Document(Value):
    """A policy document that the text contains.

    Attributes:
        content: The parsed document.
        is_trust_policy: Whether it is the trust policy of a role.
        has_principal: Whether a statement names a principal, as in resource-based policies.
        file: The file that the text names above the document.
        is_code: Whether it is in code or a template rather than a document that IAM stores.
        is_whole: Whether the document has all statements of the policy.
        is_joined: Whether it consists of statements of a text without the policy around them, so that others can be missing.
        is_condition: Whether the text shows only the condition of its statement.
        has_references: Whether some values are references, so that they are not known.
        owner: The role or user whose policy it is, with its kind, if the text states it.
        name: The name of an AWS managed policy or a policy template of SAM, of which the text shows only the name.
        version: The version of a managed policy, if it is not the default one.
        heading: What to call it, if the words right before it say that.
        stated_type: Its type, if they say that.
        inline_name: The name of the owner's inline policy, if a command printed it, or the words before it state it.
        attached_name: The name of the attached policy, if they state that.
        holder: The name of the role or user that has it, if they state that.
    """

    content: Mapping[str, Any]
    is_trust_policy: bool = False
    has_principal: bool = False
    file: str | None = None
    is_code: bool = False
    is_whole: bool = True
    is_joined: bool = False
    is_condition: bool = False
    has_references: bool = False
    owner: tuple[str, str] | None = None
    name: str | None = None
    version: OtherVersion | None = None
    heading: str | None = None
    stated_type: PolicyType | None = None
    inline_name: str | None = None
    attached_name: str | None = None
    holder: str | None = None

    @property
    def statements(self) -> list[dict[str, Any]]:
        """The statements."""
        return list(iterate_statements(self.content))

    @property
    def allows(self) -> list[dict[str, Any]]:
        """The statements that allow something."""
        return allow_statements(self.content)

    @property
    def denies(self) -> list[dict[str, Any]]:
        """The statements that deny something."""
        return deny_statements(self.content)

    @property
    def is_of_resource(self) -> bool:
        """Whether it is the policy of a resource other than a role."""
        return self.has_principal and not self.is_trust_policy

    @property
    def allowed_actions(self) -> list[str]:
        """The patterns of the actions that the statements allow, on whatever resource."""
        return [action for each in self.allows for action in as_strings(each.get("Action"))]


def quote_match(found: re.Match[str]) -> str:
    """Return the words of a match, including a closing quote or bracket.

    >>> import re
    >>> quote_match(re.search("bucket '([a-z]+)", "in bucket 'orders'"))
    "bucket 'orders'"
    """
    words, closing = found[0], found.string[found.end() : found.end() + 1]
    if closing and (words.count(closing) % 2 if closing in "\"'`" else closing == ")" and "(" in words):
        words += closing
    return " ".join(words.split()).strip(",;")
