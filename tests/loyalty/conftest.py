"""Rules are tried on many made-up values; a slow machine must not turn that into a failure."""

from hypothesis import settings

settings.register_profile("rules", deadline=None, database=None)
settings.load_profile("rules")
