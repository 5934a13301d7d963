"""Turn pieces into candidates, and candidates into failures."""
