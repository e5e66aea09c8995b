"""Recipes that touch tables are tried on SQLite and on PostgreSQL."""

from tests.databases import clock, database, shop

__all__ = ["clock", "database", "shop"]
