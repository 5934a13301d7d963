"""Tests of iamtriage."""
