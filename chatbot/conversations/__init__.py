"""Conversations kept in a file of their user."""
