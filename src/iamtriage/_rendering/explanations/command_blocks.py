"""Separate the commands of a remedy where the reader must decide or act before the next one.

People paste all commands of a block at once. So a paragraph precedes a command that is an alternative, that
needs the output of an earlier command or a file that the reader must save first, or that follows an
interactive command.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.blocks import Code, Paragraph
from iamtriage._rendering.documents import compact_json, dense_json
from iamtriage._rendering.labels import Labelled
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import join_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from iamtriage._rendering.blocks import Block

__all__ = (
    "command_blocks",
    "count_changes",
    "document_codes",
    "files_of",
    "find_saved_file",
    "is_change",
    "paragraphs_of",
    "place_documents",
    "place_manifest",
    "uses_lookup",
)

# The start of the words before a document that is part of what the next command reads.
_ADD = ("Add ", "Change the statement ")
# The start of the words before a command that follows another one.
_FOLLOWING_LABELS = ("And", "If ", "Or", "Otherwise", "Then")
# The ends of the words before a command that reads a document, which precedes the words.
_AFTER_DOCUMENT = (" saved:", " then replace the policy:")
# A file that a command reads and that the reader must save first, as a step says.
_FILE = lazy_pattern(
    r"(?:file://|policy_document=@|(?:-f|--filename)[ =]|(?m:^)jq -Rs '[^']*' )([\w.-]+\.(?:json|ya?ml))"
)
# A command whose options are the statement.
_ADDS_STATEMENT = "aws lambda add-permission "
# The file in which a command saves the present policy, and that of the changed one.
_OLD_FILE = lazy_pattern(r" > (?P<old>old-(?P<file>[\w.-]+\.json))(?!\S)")
_CLOSING = lazy_pattern(r"\}(?:\]\})?\Z")
_WRITTEN = lazy_pattern(r" > ([\w.-]+\.json)(?!\S)")
# An entry of a ConfigMap, and the command that opens the ConfigMap in an editor.
_ENTRY = lazy_pattern(r"(?:map(?:Roles|Users): \|\n)?\s{0,20}(?:- )?(?:role|user)arn: ")
_EDIT = lazy_pattern(r"kubectl (?:-n \S+ |--namespace \S+ )?edit configmap ")
_LOOKUP = lazy_pattern(r"aws [a-z0-9-]+ (?:get|list|describe)-|kubectl (?:-n \S+ |--namespace \S+ )?get ")
_CHANGE = lazy_pattern(
    # A change of what another command prints follows it.
    r"(?:\w+=\$\([^()]*\) && |jq -Rs '[^']*' \S+ \| )?(?:"
    r"aws [a-z0-9-]+ (?:add|associate|attach|create|delete|detach|disassociate|enable|modify|provision|put)-"
    r"|aws [a-z0-9-]+ (?:register|remove|replace|set|tag|update)-"
    r"|kubectl (?:-n \S+ |--namespace \S+ )?(?:annotate|apply|create|delete|label|patch|rollout restart|set) "
    r"|eksctl (?:create|utils associate) |helm upgrade "
    r")"
)
_INTERACTIVE = lazy_pattern(
    r"aws configure(?: sso(?:-session)?)?(?: --profile \S+)?\Z|kubectl (?:-n \S+ )?edit |"
    "aws ssm start-session "
)
# Placeholders for values that a lookup command prints. The reader knows other values, such as CLUSTER.
_LOOKED_UP = frozenset(
    {
        "ACCESS_KEY_ID", "ACCESS_SCOPE", "ASSOCIATION_ID", "BOUNDARY_ARN", "ENDPOINT_ID",
        "EXECUTION_ROLE_ARN", "GROUP_ID", "INSTANCE_ARN", "INSTANCE_PROFILE", "KEY_ARN", "KEY_ID",
        "MFA_DEVICE_ARN", "NODE_ROLE_ARN", "PERMISSION_SET_ARN", "POLICY_ID", "POLICY_NAME", "PRINCIPAL_ARN",
        "QUOTA_CODE", "RESOURCE_ID", "ROLE_NAME", "USER_NAME",
    }
)  # fmt: skip


def command_blocks(
    commands: Iterable[str],
    names: AbstractSet[str] = frozenset(),
    saved: str | None = None,
) -> Iterator[Block]:
    """Yield the blocks of commands, and paragraphs that separate them.

    Args:
        commands: The commands. A label that says what the first one follows is not shown.
        names: Names in them that look like placeholders.
        saved: A file that the reader need not save, because a block before the commands does.

    >>> from iamtriage._rendering.blocks import Code, Paragraph
    >>> lines = ["aws iam list-access-keys", "aws iam delete-access-key --access-key-id ACCESS_KEY_ID"]
    >>> [block.text for block in command_blocks(lines) if isinstance(block, Paragraph)]
    ['Then, with ACCESS_KEY_ID filled in:']
    """
    known: set[str] = set()
    follows_lookup = follows_dialog = False
    for number, command in enumerate(commands):
        words, files = find_placeholders(command, names), files_of(command)
        if follows_lookup:
            needed = [f"{word} filled in" for word in _join_words(words, known)]
            needed += [f"{name} saved" for name in files if name not in known and name != saved]
        else:
            needed = []
        if isinstance(command, Labelled) and (number or not command.label.startswith(_FOLLOWING_LABELS)):
            yield Paragraph(command.label)
        elif needed or follows_dialog:
            yield Paragraph(f"Then, with {' and '.join(needed)}:" if needed else "Then:")
        yield Code(command, "sh")
        known.update(words, files, _WRITTEN.findall(command))
        follows_lookup = follows_lookup or _LOOKUP.match(command) is not None
        follows_dialog = _INTERACTIVE.match(command) is not None


def files_of(text: str) -> tuple[str, ...]:
    """Return the names of the files that commands read and that the reader must save, without duplicates.

    >>> files_of("aws iam put-role-policy --policy-document file://policy.json")
    ('policy.json',)
    """
    return tuple(dict.fromkeys(_FILE.findall(text)))


def find_saved_file(documents: Sequence[Mapping[str, Any]], commands: Sequence[str]) -> str | None:
    """Return the file in which commands expect the only document, unless it is a statement to add.

    >>> commands = ["aws iam put-role-policy --policy-document file://policy.json"]
    >>> [find_saved_file([each], commands) for each in ({"Statement": []}, {"Effect": "Allow"})]
    ['policy.json', None]
    """
    text = "\n".join(commands)
    # A command can write what another one reads.
    names = [each for each in files_of(text) if f"> {each}" not in text]
    is_whole = len(documents) == 1 and "Statement" in documents[0]
    return names[0] if is_whole and len(names) == 1 and names[0].endswith(".json") else None


def document_codes(
    documents: Sequence[Mapping[str, Any]], commands: Sequence[str], width: int, *, is_dense: bool = False
) -> tuple[Code, ...]:
    """Return the blocks of documents, with the file in which commands expect them."""
    saved, added_to = find_saved_file(documents, commands), None
    if saved is None and documents and (old := _OLD_FILE.search("\n".join(commands))) is not None:
        added_to, saved = old["old"], old["file"]
    if saved is None:
        if len(documents) == 1 and any(each.startswith(_ADDS_STATEMENT) for each in commands):
            return ()
        write = dense_json if is_dense else compact_json
        return tuple(Code(write(each, width), "json") for each in documents)
    # The command that writes the file begins before the first line, and ends after the last one.
    before, after = Code("", "json", saved, added_to).saving_command
    needed = len(after.partition("\n")[0])
    whole = documents[0] if len(documents) == 1 else documents
    if is_dense:
        # The end of a command that joins files can be on a line of its own.
        text = dense_json(whole, width if added_to else width - needed, before)
    else:
        text = compact_json(whole, width, before, needed)
        last = text.rpartition("\n")[2]
        if len(_CLOSING.sub("", last)) <= width < len(last) + needed:
            # The command ends on a line of its own.
            text = _CLOSING.sub(r"\n\g<0>", text)
    return (Code(text, "json", saved, added_to),)


def place_documents(blocks: Iterable[Block], documents: Sequence[Block]) -> Iterator[Block]:
    """Yield blocks of commands, with documents before the first command that reads a file.

    What an earlier command prints decides whether the document is needed, or has to be part of it.

    >>> label = Paragraph("Add this statement:")
    >>> put = Code("aws s3api put-bucket-policy --policy file://policy.json", "sh")
    >>> [type(each).__name__ for each in place_documents((label, put), (Code("{}", "json"),))]
    ['Paragraph', 'Code', 'Paragraph', 'Code']
    """
    commands = tuple(blocks)
    readers = (
        number for number, each in enumerate(commands) if isinstance(each, Code) and files_of(each.text)
    )
    place = next(readers, 0)
    lines = [each.text for each in commands if isinstance(each, Code)]
    found = _LOOKED_UP.intersection(find_placeholders(lines[-1])) if lines and documents else None
    if not place and found and all(map(_LOOKUP.match, lines)):
        # The commands find the policy.
        yield from (*commands, Paragraph("Then add this to the policy that lacks it:"), *documents)
        return
    added_to = {f"> {each.added_to}" for each in documents if isinstance(each, Code)}
    for number, (block, following) in enumerate(itertools.pairwise(commands), 1):
        is_saved = isinstance(block, Code) and block.text[block.text.rfind("> ") :] in added_to
        if is_saved and isinstance(following, Paragraph):
            # A command with a reason of its own follows it.
            yield from (*commands[:number], *documents, *commands[number:])
            return
    label = commands[place - 1] if place and documents else None
    words = label.text if isinstance(label, Paragraph) else ""
    if words.endswith(_AFTER_DOCUMENT):
        place -= 1
    yield from (*commands[:place], *documents)
    if words.startswith(_ADD):
        yield Paragraph("Then:")
    yield from commands[place:]


def place_manifest(blocks: Iterable[Block], manifest: Code | None) -> Iterator[Block]:
    """Yield a manifest or code, and commands.

    Code follows commands that only look up its values, and an entry of a ConfigMap the command to edit it.

    >>> edit = Code("kubectl -n kube-system edit configmap aws-auth", "sh")
    >>> [each.text for each in place_manifest((edit,), Code("- rolearn: arn:…", "yaml"))][1:]
    ['In the editor, under mapRoles:', '- rolearn: arn:…']
    """
    blocks = tuple(blocks)
    if manifest is None:
        yield from blocks
        return
    commands = [each.text for each in blocks if isinstance(each, Code)]
    if commands and uses_lookup(manifest.text, commands):
        known = set(find_placeholders("\n".join(commands)))
        [words] = _join_words(find_placeholders(manifest.text), known)
        yield from (*blocks, Paragraph(f"Then, with {words} filled in:"), manifest)
        return
    is_entry = _ENTRY.match(manifest.text) is not None
    if not is_entry:
        yield manifest
        if blocks and manifest.language != "yaml":
            is_statement = '"Effect"' in manifest.text and '"Statement"' not in manifest.text
            saved = _FILE.search(commands[0]) if is_statement else None
            words = f"Then, with this statement in the whole policy as {saved[1]}:" if saved else "Then:"
            is_printed = is_statement and _LOOKUP.match(commands[0]) is not None
            if is_printed or words != "Then:" or isinstance(blocks[0], Code):
                yield Paragraph("It belongs in this policy:" if is_printed else words)
    for each in blocks:
        yield each
        if is_entry and isinstance(each, Code) and _EDIT.match(each.text):
            of_type = "mapUsers" if "userarn:" in manifest.text else "mapRoles"
            section = "data" if manifest.text.startswith("map") else of_type
            yield from (Paragraph(f"In the editor, under {section}:"), manifest)


def paragraphs_of(blocks: Iterable[Block]) -> str:
    """Return the text between commands."""
    return " ".join(block.text for block in blocks if isinstance(block, Paragraph))


def count_changes(commands: Sequence[str]) -> int:
    """Return the number of commands up to the last change, without alternatives and what follows them.

    >>> count_changes(["kubectl create role r --verb=get", "aws iam put-role-policy", "kubectl get pods"])
    2
    """
    count = 0
    for number, command in enumerate(commands, 1):
        if number > 1 and isinstance(command, Labelled) and not command.is_required:
            break
        if is_change(command):
            count = number
    return count


def is_change(command: str) -> bool:
    """Return whether a command changes something."""
    return _CHANGE.match(command) is not None


def uses_lookup(command: str, previous: Sequence[str]) -> bool:
    """Return whether a command needs the output of the previous commands, which are all lookups.

    >>> uses_lookup("aws iam delete-access-key --access-key-id ACCESS_KEY_ID", ["aws iam list-access-keys"])
    True
    """
    known = {word for each in previous for word in find_placeholders(each)}
    new = set(find_placeholders(command)) - known
    return not new.isdisjoint(_LOOKED_UP) and all(map(_LOOKUP.match, previous))


def _join_words(words: Iterable[str], known: set[str]) -> tuple[str, ...]:
    """Return the new placeholders whose values an earlier command prints, joined to a phrase."""
    new = [word for word in words if word not in known and word in _LOOKED_UP]
    return (join_words(new, "and"),) if new else ()
