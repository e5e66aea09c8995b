"""Tests of the pretend WeChat platform (微信沙箱)."""
