"""Recipes that touch tables are tried on SQLite and on PostgreSQL."""

from tests.databases import clock, database, empty_database, shop

__all__ = ["clock", "database", "empty_database", "shop"]
