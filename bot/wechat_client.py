"""Request builders (接口请求): wechatpy's API classes over our own asynchronous gateway.

wechatpy is untyped and synchronous; this is the only file that sees it. Its methods build the
request, `_request` hands it to the gateway, and what they return is the gateway's coroutine.
Methods that look into a result before returning it (menu.get, jsapi tickets, iterators) and
those that call `requests` by themselves (qrcode.show) do not work that way: do not use them.
"""

from collections.abc import Awaitable, Callable, Mapping
from mimetypes import guess_type
from typing import Any

from wechatpy.client import WeChatClient

from bot.wechat_http import Answer, ApiCall, Upload, json_body

PLATFORM = "https://api.weixin.qq.com"

CallPlatform = Callable[[ApiCall], Awaitable[Answer]]


class RequestBuilders(WeChatClient):  # type: ignore[misc]
    """The parent's constructor is not called: it opens a connection pool nobody would use."""

    def __init__(self, appid: str, *, api_base: str, call: CallPlatform) -> None:
        self.appid = appid
        self.session = None
        self.API_BASE_URL = f"{PLATFORM}/cgi-bin/"
        self._api_base = api_base.rstrip("/")
        self._call = call

    @property
    def access_token(self) -> str:
        raise AttributeError("the gateway adds the token to each call")

    async def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        url = url_or_endpoint
        base = options.pop("api_base_url", self.API_BASE_URL)
        if not url.startswith("https://"):
            url = base + url
        process = options.pop("result_processor", None)
        result = await self._call(self._built(method, url, options))
        return process(result) if process is not None else result

    def _built(self, method: str, url: str, options: Mapping[str, Any]) -> ApiCall:
        """WeChat is called at our `api_base` only, whatever a builder says."""
        if not url.startswith(PLATFORM + "/"):
            raise ValueError(f"not an address of the platform: {url}")
        params = {name: str(value) for name, value in (options.get("params") or {}).items()}
        url = self._api_base + url.removeprefix(PLATFORM)
        data = options.get("data")
        if files := options.get("files"):
            ((name, file),) = files.items()
            return ApiCall(method, url, params, upload=_upload(name, file), form=dict(data or {}))
        body = json_body(data) if isinstance(data, dict) else data
        return ApiCall(method, url, params, body=body)


def _upload(name: str, file: tuple[str, bytes]) -> Upload:
    filename, content = file
    content_type = guess_type(filename)[0] or "application/octet-stream"
    return Upload(name, filename, content, content_type)
