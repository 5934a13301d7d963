"""Explain what credentials, profiles and connections have in common.

``selected_profiles`` and ``backend_blocks`` find the settings that a text selects, ``clocks`` compares its times,
and ``session_ends`` reads from them that a session had ended.
``credential_remedies`` and ``clock_remedies`` have the remedies, ``certificates`` explains certificates that are not trusted,
``missing_regions`` clients without a Region, ``logged_chains`` finds role chains in logs, ``coded_chains`` in code,
``sdk_modules`` explains modules of an SDK that do not fit together, and ``vault_sessions`` whether aws-vault has MFA in its
session.
"""
