"""Define the commands that log in, read a secret from standard input, or print one."""

from __future__ import annotations

import re

__all__ = ("INPUT_READERS", "LOGINS", "PRINTED", "PRINTERS", "READS_INPUT")

LOGINS = (
    "docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "oc", "az", "cf", "helm registry", "helm",
    "crane auth",
)  # fmt: skip

# Commands that read a password from standard input.
INPUT_READERS = (
    "--password-stdin", "--with-token", "passwd --stdin", "chpasswd", "sudo -s", "--passphrase-fd 0",
    "vault login -", "kinit ", "secret create", "secret put", "secret set", "secrets create",
    "secrets import", "secrets set", "secrets versions add",
)  # fmt: skip
READS_INPUT = "|".join(map(re.escape, INPUT_READERS)).replace(r"sudo\ \-s", r"sudo\ \-S")
# Commands that print a secret, and the option that makes it the only word of the next line.
_PRINTER_ROWS: tuple[tuple[str, str], ...] = (
    ("secretsmanager get-secret-value", "secretstring"),
    ("ssm get-parameter", "--with-decryption[^\\n]{0,200}?value"),
    ("ecr get-login-password", ""),
    ("ecr-public get-login-password", ""),
    ("codeartifact get-authorization-token", "authorizationtoken"),
    ("rds generate-db-auth-token", ""),
    ("kubectl get secret", "\\.data"),
    ("kubectl create token", ""),
    ("vault kv get", "-field"),
    ("vault read", "-field"),
    ("gcloud secrets versions access", ""),
    ("gcloud auth print-", "token"),
    ("az account get-access-token", "tsv"),
    ("az keyvault secret show", "tsv"),
    ("gh auth token", ""),
    ("terraform output", "-raw [a-z0-9_]{0,60}(?:password|secret|token|key)\\b"),
    ("openssl rand", ""),
    ("kms decrypt", "plaintext"),
    ("kms generate-data-key", "plaintext"),
    ("security find-generic-password", "-w"),
    ("security find-internet-password", "-w"),
    ("pass show", ""),
)
PRINTERS = tuple(command for command, _ in _PRINTER_ROWS)
PRINTED = (
    "(?:" + "|".join(f"{command}(?=[^\\n]{{0,300}}?{option})" for command, option in _PRINTER_ROWS) + ")"
)
