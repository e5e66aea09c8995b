"""The platform API's table of routes (接口表): every known path, and one answer for the rest."""

from aiohttp import web

from sandbox.api import (
    customer_service,
    drafts,
    housekeeping,
    mass,
    mass_desk,
    media,
    menus,
    mini_program,
    oauth,
    one_time,
    qr_codes,
    subscription_messages,
    tags,
    template_messages,
    tokens,
    users,
    web_tokens,
)
from sandbox.api.door import Endpoint, OpenEndpoint, door_of, unknown_address

TOPICS = (
    tokens,
    customer_service,
    qr_codes,
    users,
    tags,
    menus,
    media,
    oauth,
    web_tokens,
    mini_program,
    template_messages,
    subscription_messages,
    one_time,
    mass,
    mass_desk,
    drafts,
    housekeeping,
)


def api_routes() -> list[web.RouteDef]:
    """Any method is let in: a wrong one is answered by the platform's own error."""
    known = [web.route("*", endpoint.path, door_of(endpoint)) for endpoint in _endpoints()]
    return [*known, web.route("*", "/{path:.*}", unknown_address)]


def _endpoints() -> list[Endpoint | OpenEndpoint]:
    return [endpoint for topic in TOPICS for endpoint in topic.ENDPOINTS]
