"""Explain logins that an API server or its authenticator rejects."""
