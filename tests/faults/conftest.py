"""Races run on SQLite and on PostgreSQL."""

from tests.databases import database

__all__ = ["database"]
