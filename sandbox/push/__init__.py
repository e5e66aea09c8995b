"""Pushes (推送): what WeChat tells a shop's server, and what it makes of the answer."""
