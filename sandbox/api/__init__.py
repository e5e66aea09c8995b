"""The platform's server API (接口): what a shop's server may ask of WeChat."""
