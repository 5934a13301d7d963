"""Explain that credentials are set where the SDK does not look, such as in another home directory.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html,
https://docs.aws.amazon.com/sdk-for-javascript/v2/developer-guide/loading-node-credentials-shared.html and, for the
cached configuration of Laravel on servers outside AWS, https://laravel.com/docs/configuration#configuration-caching and
https://docs.aws.amazon.com/sdk-for-php/v3/developer-guide/guide_credentials_provider.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words, quote_words
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.profiles import source_settings
from iamtriage.explaining._rules.credentials.workloads import docker_files
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import find_instance
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

# SDKs that load ~/.aws/config only with AWS_SDK_LOAD_CONFIG: JavaScript 2 and Go 1.
_OLD_SDK = lazy_pattern(
    r"set AWS_SDK_LOAD_CONFIG=1|/aws-sdk/lib/|NoCredentialProviders: no valid providers in chain|github\.com/aws/aws-sdk-go/"
)
_OF_NODE = lazy_pattern(r"set AWS_SDK_LOAD_CONFIG=1|/aws-sdk/lib/")
_LOADS = lazy_pattern(r"(?<!set )\bAWS_SDK_LOAD_CONFIG[\"']?\]?\s?[=:]\s?[\"']?(?:1|true)")
_IN_CONFIG = lazy_pattern(r"[./\\]aws[/\\]config\b")
_NODE_COMMAND = lazy_pattern(r"(?m)(?:^|[$#>❯] )(node [\w./-]{1,100}|npm (?:run )?[\w:-]{1,40})\s*$")
# Names of variables that no SDK reads, or only the SDK for Java 1, with the right ones.
_RIGHT_NAMES = {
    "AWS_ACCESS_KEY": "AWS_ACCESS_KEY_ID", "AWS_ACCESSKEY_ID": "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEYID": "AWS_ACCESS_KEY_ID",
    "AWS_ACCESSKEYID": "AWS_ACCESS_KEY_ID", "AWS_KEY_ID": "AWS_ACCESS_KEY_ID", "AWS_KEY": "AWS_ACCESS_KEY_ID",
    "AWS_ACCESS_ID": "AWS_ACCESS_KEY_ID", "AWS_SECRET_KEY": "AWS_SECRET_ACCESS_KEY", "AWS_SECRET": "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_ACCESSKEY": "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY_ID": "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_ACCESS_KEY_ID": "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS": "AWS_SECRET_ACCESS_KEY",
}  # fmt: skip
_VARIABLE = lazy_pattern(
    r"(?m)(?:^[ \t]{0,20}(?:- )?(?:name: ?)?[\"']?|(?<!\S)(?:export|ENV|set|-e|--env)[ =])(?P<name>AWS_[A-Z_]{3,24})[\"']?(?=[ ]?[=:]|[ ](?!(?:is|are|was|were|has)\b)|$)"
)
_NAME_IN_LIST = lazy_pattern(
    r"(?<![\w.])AWS_[A-Z_]{3,24}\b(?=,| and AWS_)|(?<=, )AWS_[A-Z_]{3,24}\b|(?<= and )AWS_[A-Z_]{3,24}\b"
)
_READ_BY_CODE = lazy_pattern(
    r"(?:environ|getenv|env|ENV|Getenv)[\[.(]{1,2}[\"']?AWS_(?:ACCESS_KEY|SECRET_KEY|KEY|SECRET)\b"
)
_JAVA_1 = lazy_pattern(r"\bcom\.amazonaws\.")
_MOUNT = lazy_pattern(
    r"(?P<source>[\w~$/{}\"-]{1,100}/\.aws)/?[\"']?:(?P<target>(?P<home>/[\w./-]{1,100})/\.aws)(?![\w-])(?P<options>:[a-zA-Z]{1,12}(?:,[a-zA-Z]{1,12}){0,3}\b)?"
)
# Keys of a Compose file, such as its services.
_VOLUMES = lazy_pattern(r"(?m)^[ \t]{0,8}volumes:[ \t]*$")
_YAML_KEY = lazy_pattern(r"(?m)^[ \t]+([\w.-]{1,63}):[ \t]*$")
_USER = lazy_pattern(
    r"(?m)(?:^[ \t]{0,8}|[(`'\"])USER[ \t]{1,4}(?P<file>[a-z][\w-]{0,31})\b|\b(?:container|image|process|it) (?:is )?run(?:s|ning)? as (?:(?:the )?user )?[`'\"]?(?P<said>(?!user\b|an?\b|the\b|non)[a-z][\w-]{0,31})\b(?! user| account)|\bwhoami\b[^\n]{0,20}\n(?P<shown>[a-z][\w-]{0,31})\s*$|\b(?:docker|podman) run\b[^\n]{0,300}(?:--user[ =]|-u )(?P<option>[a-z][\w-]{0,31})\b"
)
CONFIG_NOT_LOADED = CauseType(
    "config-not-loaded",
    title="The SDK does not load ~/.aws/config, where the profile is",
    meaning="The SDKs for JavaScript 2 and Go 1 read only ~/.aws/credentials, unless AWS_SDK_LOAD_CONFIG is set.",
    recognised_by="The text shows one of these SDKs, and a profile in ~/.aws/config or with which the AWS CLI works.",
    fix="Set AWS_SDK_LOAD_CONFIG=1, or use a newer SDK.",
    of="no-credentials",
    sources=(
        "https://docs.aws.amazon.com/sdk-for-javascript/v2/developer-guide/loading-node-credentials-shared.html",
    ),
)
# https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
_UNSET = lazy_pattern(
    r"\bThe \\{0,2}\"?(AWS_[A-Z_]{3,24})\\{0,2}\"? variable is not set\. Defaulting to a blank string"
)
VARIABLES_UNSET = CauseType(
    "compose-variables-unset",
    title="The variables that Docker Compose passes on are not set",
    recognised_by='Docker Compose says "variable is not set. Defaulting to a blank string" about a variable of AWS.',
    fix="Set the variables in the shell or in .env, and start the service again.",
    of="no-credentials",
    sources=("https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/",),
)
VARIABLES_MISNAMED = CauseType(
    "variables-misnamed",
    title="The variables with the access key have names that SDKs do not read",
    recognised_by="The text sets AWS_ACCESS_KEY, AWS_SECRET_KEY or a similar variable, and not AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY.",
    fix="Name them AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html",),
)
FILES_IN_OTHER_HOME = CauseType(
    "mounted-in-other-home",
    title="The files are mounted into the home directory of another user",
    meaning="SDKs read .aws in the home directory of the user that runs the process. An image can set another user than root.",
    recognised_by="The text mounts ~/.aws, and the container has another user.",
    fix="Mount the files into the home directory of the container's user, or set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html",),
)


def explain_unread_source(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that credentials are where the SDK does not look, if the text shows it."""
    rules = (
        _explain_unset,
        source_settings.explain_metadata_off,
        source_settings.explain_misnamed_settings,
        _explain_misnamed,
        docker_files.explain_env_file,
        explain_other_home,
        source_settings.explain_unreadable_files,
        _explain_unloaded,
        _explain_files_not_read,
    )
    return next(filter(None, (rule(case) for rule in rules)), None)


def _explain_unset(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that Docker Compose passes empty variables and warns of them."""
    names = list(dict.fromkeys(_UNSET.findall(case.failure.text)))
    if not names:
        return None
    listed = join_words(names, "and")
    return case.explain(
        f"The container gets no credentials: {listed} {'is' if len(names) == 1 else 'are'} not set in the shell that runs Docker Compose, which passes empty values.",
        VARIABLES_UNSET.cause("derived", "The text has the warning of Docker Compose."),
        remedies=your_remedy(
            "Set the variables in the shell, or mount a profile",
            "The command sets all three variables of the current credentials. Add AWS_SESSION_TOKEN to environment of the service, too. Then start the service again. Or put the values into the file .env next to the Compose file, and keep it out of Git.",
            "Or mount ~/.aws into the container, and set AWS_PROFILE there.",
            commands=(
                'eval "$(aws configure export-credentials --format env)"',
                "docker compose up --detach",
            ),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


_OBJECT_STORE = lazy_pattern(r"\bGeneric S3 error: [^\n]{0,200}?169\.254\.169\.254")
FILES_NOT_READ = CauseType(
    "files-not-read",
    title="The program does not read ~/.aws",
    text="The Rust library object_store reads variables, web identity tokens, container credentials and the instance metadata, but neither ~/.aws/config nor ~/.aws/credentials.",
    recognised_by='The text has "Generic S3 error" with the address of the instance metadata.',
    fix="Pass the credentials to the program as options or as variables.",
    of="no-credentials",
    sources=("https://docs.rs/object_store/latest/object_store/aws/struct.AmazonS3Builder.html",),
)


def _explain_files_not_read(case: Case[MissingCredentials]) -> Explanation | None:
    runtime = case.context.runtime
    # The address in the message is not where the program runs.
    is_elsewhere = runtime is not None and (runtime.kind != "ec2" or find_instance(case.text) is not None)
    if is_elsewhere or _OBJECT_STORE.search(case.text) is None:
        return None
    export = 'eval "$(aws configure export-credentials --profile PROFILE --format env)"'
    return case.explain(
        "The library object_store, which Polars, delta-rs and others use for S3, found no credentials: it reads no profiles. No request was sent to S3.",
        FILES_NOT_READ.cause("derived"),
        remedies=your_remedy(
            "Pass the credentials as variables or storage options",
            "The command sets the variables for the shell from which the program starts. In code, storage_options accepts aws_access_key_id, aws_secret_access_key, aws_session_token and aws_region.",
            "On EC2, give the instance a role. In a container there, the metadata hop limit must be 2.",
            "For a public bucket, set aws_skip_signature to true.",
            commands=export,
        ),
        notes=NO_INSTANCE_OUTSIDE_AWS,
    )


def find_misnamed(text: str) -> dict[str, str]:
    r"""Return the variables that a text sets and SDKs do not read, with those that they read instead.

    >>> find_misnamed("environment:\n  AWS_ACCESS_KEY_ID: AKIA…\n  AWS_SECRET_KEY: …\n")
    {'AWS_SECRET_KEY': 'AWS_SECRET_ACCESS_KEY'}
    """
    names = list(dict.fromkeys(each["name"] for each in _VARIABLE.finditer(text)))
    if not any(each in text for each in set(_RIGHT_NAMES.values())):
        # A list of variables in prose.
        names += [each for each in dict.fromkeys(_NAME_IN_LIST.findall(text)) if each not in names]
    if _JAVA_1.search(text) or _READ_BY_CODE.search(text):
        return {}
    found = ((each, _RIGHT_NAMES.get(each)) for each in names)
    return {wrong: right for wrong, right in found if right is not None and right not in names}


def rename_remedy(misnamed: Mapping[str, str]) -> Remedy:
    """Return the remedy that gives variables the names that SDKs read."""
    names = " and ".join(f"{old} to {new}" for old, new in misnamed.items())
    return your_remedy(
        f"Rename {names} where the program gets its environment",
        "Then start the program again: a process and a container keep the environment that they started with. Temporary keys (ASIA…) also require AWS_SESSION_TOKEN.",
        url=VARIABLES_MISNAMED.sources[0],
    )


def _explain_misnamed(case: Case[MissingCredentials]) -> Explanation | None:
    misnamed = find_misnamed(case.failure.text)
    if not misnamed:
        return None
    wrong, right = list(misnamed), list(misnamed.values())
    return case.explain(
        f"The SDK found no credentials: it does not read {join_words(wrong, 'and')}. The {'name is' if len(wrong) == 1 else 'names are'} {join_words(right, 'and')}.",
        VARIABLES_MISNAMED.cause("derived", f"The text sets {join_words(wrong, 'and')}."),
        remedies=rename_remedy(misnamed),
        notes=credential_remedies.NO_CALL_MADE,
    )


def explain_other_home(case: Case[MissingCredentials], missing: str = "credentials") -> Explanation | None:
    """Explain that a container's user does not read the files that are mounted, if the text shows both."""
    text = case.failure.text
    mount, user = _MOUNT.search(text), _USER.search(text)
    if mount is None or user is None:
        return None
    name = next(filter(None, user.groups()))
    home = "/root" if name == "root" else f"/home/{name}"
    if mount["home"] == home:
        return None
    old, more = mount[0], "" if mount["options"] else ":ro"
    # The quote that ends a quoted item is not part of the mount.
    old = old.lstrip('"') if old.count('"') == 1 else old
    new = f"{old.replace(mount['target'], f'{home}/.aws')}{more}"
    compose = docker_files.COMPOSE.search(text) is not None or _VOLUMES.search(text) is not None
    named = docker_files.find_service(text, _YAML_KEY.findall(text)) or "SERVICE"
    other_home = "If the image has another home directory, use what the command prints."
    find_home = "docker run --rm --entrypoint sh IMAGE -c 'id; echo $HOME'"
    own_id = "Set --user to that ID, or pass"
    if compose:
        other_home, own_id = "", "Set user: to that ID, or pass"
        find_home = f"docker compose exec {named} sh -c 'id; ls -l ~/.aws'"
    return case.explain(
        f"The container's process found no {missing}: ~/.aws is mounted at {mount['target']}, and the process runs as {name}, who reads {home}/.aws.",
        FILES_IN_OTHER_HOME.cause(
            "derived",
            f"The text shows {quote_words(user[0].lstrip('(`'))} and {quote_words(mount[0])}.",
            text=f"SDKs read .aws in the home directory of their user, here {name}.",
        ),
        remedies=your_remedy(
            f"Mount the files at {home}/.aws",
            f"Replace {quote_words(old)} with {quote_words(new)}. {other_home}".rstrip(),
            f"The user must be allowed to read the files: their mode 600 admits only the user ID that owns them. {own_id} the variables that aws configure export-credentials --format env prints.",
            manifest=f"    volumes:\n      - {new}" if compose else None,
            commands=(
                f"docker compose up --detach --force-recreate {named}" if compose else None,
                Labelled("Then check the user and the files:", find_home) if compose else find_home,
            ),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _explain_unloaded(case: Case[MissingCredentials]) -> Explanation | None:
    text, profile = case.failure.text, find_profile(case)
    if _OLD_SDK.search(text) is None or _LOADS.search(text) is not None:
        return None
    files = {each.file for each in find_profile_sections(text) if each.name == (profile or "default")}
    if not files and "set AWS_SDK_LOAD_CONFIG=1" in text and _IN_CONFIG.search(text):
        files.add("config")
    works = any(run.command.program == "aws" and run.has_succeeded for run in find_runs(case.failure))
    if "credentials" in files or not ("config" in files or (works and profile)):
        return None
    is_node = _OF_NODE.search(text) is not None
    sdk, newer = ("JavaScript 2", "version 3") if is_node else ("Go 1", "version 2")
    named = f"the profile {profile}" if profile else "the default profile"
    run = _NODE_COMMAND.search(text)
    prefix = f"AWS_SDK_LOAD_CONFIG=1 AWS_PROFILE={profile}" if profile else "AWS_SDK_LOAD_CONFIG=1"
    place = f"{named}, with which the AWS CLI works, is most likely in ~/.aws/config"
    if "config" in files:
        place = f"{named} is in ~/.aws/config"
        if profile is None and _IN_CONFIG.search(text) is None:
            place = f"{named} in the text has no keys for it"  # its section can be in either file
    return case.explain(
        f"The SDK found no credentials: the SDK for {sdk} reads only ~/.aws/credentials unless AWS_SDK_LOAD_CONFIG is set, and {place}. The profile is not the problem.",
        CONFIG_NOT_LOADED.cause(
            "derived",
            text="The AWS CLI reads both files. With the variable, the SDK does, too, also role_arn and source_profile.",
        ),
        remedies=your_remedy(
            "Let the SDK load ~/.aws/config",
            "Set the variable where the program gets its environment, such as its start script: an assignment in code comes too late after an import of the SDK.",
            f"Or update to {newer} of the SDK, which reads both files. The SDK for {sdk} is no longer supported.",
            commands=f"{prefix} {run[1]}" if run else "export AWS_SDK_LOAD_CONFIG=1",
            url=CONFIG_NOT_LOADED.sources[0] if is_node else pages.SDK_CREDENTIALS,
        ),
        notes="The SDK asks the instance metadata of EC2 last. Outside EC2, that this request times out is a consequence, and nothing to repair.",
    )


_OUTSIDE = lazy_pattern(
    r"\b(?:not (?:on |in |an? )?(?:AWS|EC2)(?! \w)|outside (?:of )?AWS|VPS|[Oo]n[- ]prem(?:ises?)?|[Bb]are[- ]metal|Hetzner|OVH(?:cloud)?|Linode|DigitalOcean|Contabo|Azure VM|our own (?:server|data ?cent(?:er|re))|connect: host is down)\b"
)
CACHED_CONFIGURATION = lazy_pattern(r"\bartisan (?:config:cache|optimize)\b|\bbootstrap/cache/config\.php\b")
"""What caches the configuration of Laravel, or the cache."""
_KEY_IN_CONFIGURATION = lazy_pattern(r"[\"']key[\"']\s{1,20}?=>\s?env\(\s?[\"']AWS_ACCESS_KEY_ID[\"']")
_CONFIGURATION_FILE = lazy_pattern(r"\bconfig/(?:aws|services|filesystems)\.php\b")
# A client that the code creates itself: it reads no configuration file.
_OWN_CLIENT = lazy_pattern(r"\bnew \\?(?:Aws\\(?:\w{1,40}\\)?)?(?P<client>[A-Z]\w{0,40}Client|Sdk)\s?\(")
_METADATA = lazy_pattern(r"169\.254\.169\.254|instance (?:profile )?metadata")
NO_INSTANCE_OUTSIDE_AWS = "The instance metadata, where SDKs look last, exists only on EC2. Elsewhere, its failed request is a consequence, and nothing to repair: open no firewall for it."
CONFIGURATION_CACHED = CauseType(
    "configuration-cached",
    title="Laravel does not load .env, because its configuration is cached",
    text="With a cached configuration, Laravel does not load .env. The variables in it are then not in the environment, where the SDK looks, and env() returns null outside of the configuration files.",
    recognised_by="The text shows php artisan config:cache or bootstrap/cache/config.php.",
    fix="Read the keys with env() in a configuration file, pass them to the client, and cache the configuration again.",
    of="no-credentials",
    sources=("https://laravel.com/docs/configuration#configuration-caching",),
)
_KEYS = """'key'    => env('AWS_ACCESS_KEY_ID'),
'secret' => env('AWS_SECRET_ACCESS_KEY'),
"""
_CREDENTIALS = f"'credentials' => [\n{indent(_KEYS, '    ')}],\n"
_IN_CLIENT = f"""// {{file}}
'{{name}}' => [
{indent(_KEYS, "    ")}],
// the options of new {{client}}([...])
'credentials' => [
    'key'    => config('{{section}}.key'),
    'secret' => config('{{section}}.secret'),
],
"""


def find_place(text: str) -> str | None:
    """Return the words that say that a program runs outside AWS, such as macOS's error for an address that is not in use.

    >>> find_place("Laravel on a rented VPS"), find_place("It does not work in AWS Batch")
    ('VPS', None)
    """
    found = _OUTSIDE.search(text)
    return None if found is None else found[0]


def explain_cached_configuration(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that Laravel does not load the keys in .env, because its configuration is cached."""
    shown = CACHED_CONFIGURATION.search(case.text)
    because = shown and f"The text shows {quote_words(shown[0])}."
    file, client = _CONFIGURATION_FILE.search(case.text), _OWN_CLIENT.search(case.text)
    name = file[0] if file else "config/services.php" if client else "config/aws.php"
    # In the code, env() returns null.
    in_client = client is not None and not (file and _KEY_IN_CONFIGURATION.search(case.text, file.end()))
    is_passed = not in_client and _KEY_IN_CONFIGURATION.search(case.text) is not None
    step = f"Add the lines to the options in {name}: env() is read there when the configuration is cached. Elsewhere, it returns null."
    manifest = _CREDENTIALS if name == "config/aws.php" else _KEYS
    if client is not None and in_client:
        step = f"{client['client']} reads no configuration file: pass it the values with config(). In the code, env() returns null while the configuration is cached."
        section = name.removeprefix("config/").removesuffix(".php")
        key = "credentials" if section == "aws" else "aws"
        manifest = _IN_CLIENT.format(file=name, name=key, section=f"{section}.{key}", client=client["client"])
    passing = your_remedy(
        f"Pass the keys {'from' if in_client else 'in'} {name}{' to the client' if in_client else ''}, and cache the configuration again",
        step,
        "Or set both variables for the process itself: env[] in the pool of php-fpm, or Environment in the unit of the worker. Or use ~/.aws/credentials of its user.",
        None if in_client else "Restart queue workers: they keep the old configuration.",
        commands=("php artisan config:cache", "php artisan queue:restart"),
        manifest=manifest,
    )
    caching = your_remedy(
        "Cache the configuration again, with the keys in .env",
        f"{name} passes the keys as they were when the configuration was cached: .env must have them at that time, on that server.",
        "Restart queue workers: they keep the old configuration.",
        commands=("php artisan config:clear", "php artisan config:cache", "php artisan queue:restart"),
    )
    reason = "Laravel does not load .env while its configuration is cached"
    if is_passed:
        reason = "the cached configuration has no keys"
    asks_metadata = _METADATA.search(message) is not None
    end = "Open no firewall for the instance metadata: it exists only on EC2, and SDKs ask it last."
    return case.explain(
        f"The SDK found no credentials: most likely, {reason}. {end if asks_metadata else 'No request was sent to AWS.'}",
        CONFIGURATION_CACHED.cause(
            "derived",
            because,
            text="The SDK looks for the variables in the environment, and only .env has them."
            if in_client
            else None,
        ),
        remedies=caching if is_passed else passing,
    )
