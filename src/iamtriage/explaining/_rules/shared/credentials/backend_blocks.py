"""Read the block of Terraform's S3 backend, which does not use the role or profile of another block.

Sources: https://developer.hashicorp.com/terraform/language/backend/s3 and
https://developer.hashicorp.com/terraform/language/state/remote-state-data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage._typing import NamedTuple
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._context.readers.profiles import find_listed_profiles
from iamtriage.explaining._context.readers.terraform_code import Block, find_blocks
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import runs_in_ci
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.requirements.tasks import STATE_SIGNS
from iamtriage.failures._failures import Failure

PAGE = "https://developer.hashicorp.com/terraform/language/backend/s3"
BACKEND_WITHOUT_ROLE = CauseType(
    "backend-without-role",
    title="Terraform's S3 backend does not use the role or profile of another block",
    meaning="The provider block has a role or a profile, and the block of the S3 backend has none. So the backend calls S3 with the credentials of the environment. The data source terraform_remote_state uses neither those of the provider nor those of the backend.",
    recognised_by="The text has both blocks, and the bucket or table of the backend was denied, or the backend has no valid credentials.",
    fix="Set assume_role or profile in the block of the backend, too, and run terraform init, or in config of the data source.",
    sources=(PAGE,),
    subject="denials",
)
ONLY_IN_PROVIDER = BACKEND_WITHOUT_ROLE.cause(
    text='A profile or role is set only in provider "aws", which the S3 backend does not use: AWS_PROFILE, or profile in the block backend "s3", selects one for it.'
)
# How Terraform names the data source of an error.
_DATA_SOURCE = lazy_pattern(r"\b(?:with|in) data\.terraform_remote_state\.([\w-]{1,64})")
_IDENTITY = lazy_pattern(
    r"(?m)\b(?P<setting>assume_role(?:_with_web_identity)?)\s{0,4}=?\s{0,4}\{[^}]{0,800}?\brole_arn\s{0,20}=\s{0,20}\"(?P<role>arn:[\w:+=,.@/-]{1,600})\"|\bprofile\s{0,20}=\s{0,20}(?:\"(?P<profile>[\w.@+-]{1,64})\"|(?P<reference>(?:var|local)\.\w{1,64}))"
    r"|^[ \t]{0,20}(?P<key>access_key)\s{0,20}="
)
# The lines of a file for -backend-config.
_LINES_OF_FILE = r"^(?:\w[^\n{{}}]*\n){{0,8}}bucket\s*=\s*\"{}\"[^\n]*(?:\n\w[^\n{{}}]*){{0,8}}"
_ROLE = lazy_pattern(r"\brole_arn\s{0,20}=\s{0,20}\"[^\"\n]{1,600}\"")
_OWN_CREDENTIALS = lazy_pattern(r"\b(?:assume_role\w*|role_arn|profile|access_key)\b")
_BUCKET = lazy_pattern(r"\bbucket\s{0,20}=\s{0,20}\"(?P<value>[^\"\n]{1,255})\"")
_VALUES = ("bucket", "key", "dynamodb_table")
_OPENTOFU = lazy_pattern(r"\btofu\b")
# How the error of a provider ends, and what Terraform prints once the backend works.
_NOT_OF_BACKEND = lazy_pattern(
    r"\bwith provider\[|\bin provider \"aws\"|[Ss]uccessfully (?:configured the backend|initialized)|Initializing provider plugins"
)
_CONFIGURED = lazy_pattern(r"[Ss]uccessfully configured the backend|Backend configuration changed")
# How the backend prints an error before Terraform 1.6, which has no argument assume_role.
_OLD_SDK = lazy_pattern(r"\n\s{0,20}status code: 40[013], request id: ")
_OF_BACKEND = lazy_pattern(
    r"\bS3 [Bb]ackend\b|\bconfiguring the backend \\{0,2}\"s3\\{0,2}\"|\bbackends?/s3\b|\bin backend \"s3\""
)
# What the backend did without a role or profile, by the kind of failure.
_OUTCOMES = {
    "missing_credentials": "found no credentials",
    "expired_credentials": "used those of the environment, which have expired",
    "invalid_credentials": "used those of the environment, which AWS does not accept",
}
_METADATA = lazy_pattern(r"\bIMDS\b|\bimds\b|169\.254\.169\.254")
_KEYS, _PROFILE = "the access keys", "PROFILE"
_PROVIDER_BLOCK, _BACKEND_BLOCK = 'provider "aws"', 'backend "s3"'


class Backend(NamedTuple):
    """The block of an S3 backend without credentials of its own, next to another block that has some."""

    block: str
    other: str
    values: Mapping[str, str]
    setting: str
    identity: str
    role: str | None
    profile: str | None
    tool: str
    is_configured: bool

    @property
    def subject(self) -> str:
        """The backend, or the data source that uses one, as the subject of a sentence."""
        if not self.is_data_source:
            return "The S3 backend"
        words = self.block.replace('"', "").split()
        return f"The data source {'.'.join(words[1:])}"

    @property
    def bucket(self) -> str | None:
        """The bucket of the state."""
        return self.values.get("bucket")

    @property
    def add(self) -> str | None:
        """What to write, as a step; the manifest has it for a backend with a role."""
        place = "config in " if self.is_data_source else ""
        hint = ""
        if self.manifest is not None:
            return None
        if self.identity == _KEYS:
            hint = ", with the name of a profile that has these keys"
        elif self.profile == _PROFILE:
            hint = ", with the name of the profile: it accepts no variables"
        return f"Add {self.setting} to {place}the block {self.block}{hint}."

    @property
    def title(self) -> str:
        """What to do, as a title."""
        place = "config of the data source" if self.is_data_source else "the backend"
        return f"Set {self.setting.partition(' ')[0]} in {place}, too"

    @property
    def manifest(self) -> str | None:
        """The block of a backend with the role."""
        if self.role is None or self.is_data_source:
            return None
        return f"{self.block} {{\n  # the other arguments stay\n  {self.setting}\n}}"

    @property
    def retry(self) -> str:
        """The command that uses the changed block."""
        init = "init -reconfigure" if self.is_configured else "init"
        return f"{self.tool} {'plan' if self.is_data_source else init}"

    @property
    def steps(self) -> tuple[str | None, ...]:
        """What to write, and how the command goes on."""
        asks = f"{self.tool} init sets up the backend before any provider, and offers to copy a local state. If it reports a changed backend configuration, add -reconfigure."
        if self.is_configured:
            asks = "-reconfigure is necessary because .terraform has the former block."
        return (self.add, None if self.is_data_source else asks)

    @property
    def is_data_source(self) -> bool:
        """Whether the block only reads the state of another configuration."""
        return self.block.startswith("data")

    @property
    def cause(self) -> Cause:
        """That the block lacks what the provider has."""
        return BACKEND_WITHOUT_ROLE.cause(
            "derived", text=f"The block {self.block} has no assume_role or profile, and {self._reason}"
        )

    @property
    def is_beside_backend(self) -> bool:
        """Whether it is a data source, and the backend has the credentials."""
        return self.other != _PROVIDER_BLOCK

    @property
    def _reason(self) -> str:
        if not self.is_data_source:
            return "the backend does not use those of a provider."
        works = " The state of this configuration works, because the backend has them."
        return f"the data source uses only its own config: neither those of the backend nor those of a provider.{works if self.is_beside_backend else ''}"


def find_credential_blocks(text: str) -> list[Block]:
    """Return the blocks that can have credentials, in their order: AWS providers and S3 backends."""
    found = (*find_blocks(text, "provider", "aws"), *find_blocks(text, "backend", "s3"))
    return sorted(found, key=lambda each: each.start)


def find_backend(text: str) -> Backend | None:
    """Return the block of a backend that lacks the role or profile of another block, if a text shows both.

    A data source lacks that of the backend or, if the backend has none either, that of the provider.
    """
    block = _find_block(text)
    # What a file or an option adds to the block of the backend can be elsewhere.
    if block is None or (block.kind == "backend" and "-backend-config" in text):
        return None
    providers = (each for each in find_blocks(text, "provider", "aws") if "alias" not in each.arguments)
    provider = next(providers, None)
    used, other = None if provider is None else _IDENTITY.search(provider.body), _PROVIDER_BLOCK
    inner = next(iter(block.find_nested("config")), block)
    values = {name: value for name in _VALUES if (value := inner.text_of(name)) is not None}
    if block.kind == "data" and (own := _find_identity_of_backend(text, values.get("bucket"))) is not None:
        used, other = own, _BACKEND_BLOCK
    if used is None or _OWN_CREDENTIALS.search(block.body):
        return None
    role, profile = used["role"], None if used["role"] else used["profile"] or _PROFILE
    setting = f'{used["setting"]} = {{ role_arn = "{role}" }}' if role else f'profile = "{profile}"'
    if role and used["setting"] == "assume_role" and _OLD_SDK.search(text):
        setting = f'role_arn = "{role}"'
    identity = f"the profile {used['profile'] or used['reference']}"
    if role or used["key"]:
        identity = f"the role {role}" if role else _KEYS
    tool = "tofu" if is_opentofu(text) else "terraform"
    is_configured = _CONFIGURED.search(text) is not None
    return Backend(block.header, other, values, setting, identity, role, profile, tool, is_configured)


def _find_block(text: str) -> Block | None:
    """Return the block whose state Terraform reads: the data source that the error names, or else the first one."""
    named, sources = _DATA_SOURCE.search(text), find_blocks(text, "data", "terraform_remote_state")
    if named is not None:
        return next((each for each in sources if each.name == named[1]), None)
    blocks = (*find_blocks(text, "backend", "s3"), *sources)
    return min(blocks, key=lambda each: each.start, default=None)


def _find_identity_of_backend(text: str, bucket: str | None) -> re.Match[str] | None:
    """Return the role or profile of the block of the backend, if its state is in a bucket."""
    backend = next(iter(find_blocks(text, "backend", "s3")), None)
    block = "" if backend is None else backend.body
    if backend is None and bucket is not None and "-backend-config" in text:
        lines = re.search(_LINES_OF_FILE.format(re.escape(bucket)), text, re.MULTILINE)
        block = "" if lines is None else _ROLE.sub(r"assume_role = { \g<0> }", lines[0])
    is_same = any(each["value"] == bucket for each in _BUCKET.finditer(block))
    return _IDENTITY.search(block) if is_same else None


def is_opentofu(text: str) -> bool:
    """Return whether the tool is OpenTofu."""
    return _OPENTOFU.search(text) is not None


def is_of_backend(text: str) -> bool:
    """Return whether the S3 backend of Terraform, and no provider, called AWS."""
    is_named = STATE_SIGNS.search(text) or _OF_BACKEND.search(text)
    return is_named is not None and _NOT_OF_BACKEND.search(text) is None


def add_backend_credentials(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Add that the backend has no credentials, or wrong ones, because it does not use those of the provider."""
    text, kind = case.failure.text, case.failure.kind
    outcome = _OUTCOMES.get(kind)
    if outcome is None or (kind == "missing_credentials" and explanation.topic != "no-credentials"):
        return explanation
    if not is_of_backend(text) or (found := find_backend(text)) is None:
        return explanation
    listed = find_listed_profiles(text)
    has_default = "default" in listed or "[default]" in text
    # Keys of the environment go before the profile default.
    remedy = _store_keys_remedy(case, found, is_named=has_default or kind != "missing_credentials")
    if found.identity != _KEYS:
        remedy = _set_in_backend_remedy(found)
    cause = found.cause
    if kind == "missing_credentials":
        is_shown = found.profile in listed or f"{found.profile}]" in text
        lacks = f" (the text shows only {found.profile})" if is_shown and not has_default else ""
        elsewhere = " A computer outside EC2 has none, so an error about IMDS or 169.254.169.254 is only the end of the search."
        looked = f" So it looked for variables, the profile default{lacks} and, last, the role of an instance.{elsewhere if _METADATA.search(text) else ''}"
        cause = attrs.evolve(cause, text=f"{cause.text}{looked}")
    return attrs.evolve(
        explanation,
        summary=f"{found.subject} {outcome}: it does not use {found.identity} of the block {found.other}. No permission is missing.",
        causes=(cause, *(each for each in explanation.causes if each.evidence == "reported")),
        remedies=(remedy,) if found.profile else (remedy, *explanation.remedies),
        notes=(),
    )


def add_unseen_backend(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Add that the backend most likely does not use the profile or role of a provider, if the text has only the provider."""
    text, outcome = case.failure.text, _OUTCOMES.get(case.failure.kind)
    is_open = explanation.topic in {"no-credentials", "expired-session", "invalid-credentials"}
    is_settled = any(each.code == "keys-beside-sign-in" for each in explanation.causes)
    if outcome is None or not is_open or is_settled or _find_block(text) or "-backend-config" in text:
        return explanation
    found = find_backend(f"{text}\n{_BACKEND_BLOCK} {{\n}}")
    if found is None or found.identity == _KEYS:
        return explanation
    return attrs.evolve(
        explanation,
        summary=f"The S3 backend {outcome.replace('those', 'the credentials', 1)}: most likely, it does not use {found.identity} of the block {found.other}. No permission is missing.",
        causes=(
            *(each for each in explanation.causes if each.evidence == "reported"),
            BACKEND_WITHOUT_ROLE.cause(
                text=f"If the block {_BACKEND_BLOCK}, which the text does not show, has no profile or role of its own, the backend uses the variables or the profile default."
            ),
        ),
        remedies=(_set_in_backend_remedy(found), *explanation.remedies),
    )


def _store_keys_remedy(case: Case[Failure], found: Backend, *, is_named: bool) -> Remedy:
    """Return the remedy that moves the keys of the provider to where the backend reads them, too."""
    profile = " --profile PROFILE" if is_named else ""
    stored = "the profile default, which backend and provider use without a setting"
    if is_named:
        stored = "the profile PROFILE, so that the others stay as they are"
    in_ci = "In a CI job, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secret variables instead."
    return your_remedy(
        "Store the keys with aws configure, and delete them from the .tf file",
        f"aws configure asks for the keys, and stores them in {stored}.",
        'Then delete access_key and secret_key from the block provider "aws": in .tf files, keys end up in the repository. Replace a key that was committed.',
        found.add if is_named else None,
        in_ci if runs_in_ci(case) else None,
        found.steps[1],
        commands=(f"aws configure{profile}", found.retry),
        url=PAGE,
    )


def _set_in_backend_remedy(found: Backend) -> Remedy:
    """Return the remedy that sets the role or profile of the provider in the backend, too."""
    in_shell = Labelled(
        "Or, for backend and provider, without a change of the file:",
        f"export AWS_PROFILE={found.profile} && {found.tool} init",
    )
    return your_remedy(
        found.title,
        *found.steps,
        commands=(found.retry, in_shell if found.profile else None),
        manifest=found.manifest,
        manifest_language="hcl",
        url=PAGE,
    )
