"""Saying it: tables, Markdown, JSON. Pure."""
