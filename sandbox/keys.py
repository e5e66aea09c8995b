"""Names under which the web application (应用) carries the sandbox's parts."""

from aiohttp import web

from sandbox.push.pusher import Pusher
from sandbox.world import World

WORLD = web.AppKey("world", World)
PUSHER = web.AppKey("pusher", Pusher)
