"""Explain web identity tokens and sign-ins with Amazon Cognito that AWS rejects."""
