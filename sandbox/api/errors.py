"""The platform's error codes (全局返回码) and the texts that come with them."""

from sandbox.records import JsonObject

ERROR_TEXTS = {
    -1: "system error",
    40001: (
        "invalid credential, access_token is invalid or not latest, could get access_token by "
        "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
    ),
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40052: "invalid action name",
    40053: "invalid action info",
    40059: "invalid msg id",
    40066: "invalid url",
    40097: "invalid args",
    40129: "invalid scene",
    40130: "invalid openid list size, at least two openid",
    40152: "invalid group_id",
    40163: "code been used",
    40164: "invalid ip {ip} ipv6 ::ffff:{ip}, not in whitelist",
    40169: "invalid length for scene, or the data is not json string",
    40243: "AppSecret has been frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41003: "refresh_token missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41008: "missing code",
    41009: "missing openid",
    41030: "invalid page",
    42001: "access_token expired",
    42002: "refresh_token expired",
    42003: "code expired",
    42010: "mass send too fast",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45056: "too many tags",
    45058: "can not modify a system tag",
    45059: "the fans has too many tags",
    45065: "clientmsgid exist",
    45066: "clientmsgid is retried too fast, retry after one minute",
    45067: "clientmsgid size out of limit",
    45072: "invalid command",
    45080: "no contact in the last 30 seconds",
    45081: "already typing",
    45083: "mass speed out of range",
    45113: "unsupported message type: card",
    45157: "invalid tag name, or the name exists",
    45158: "tag name too long",
    45159: "invalid tag id",
    45162: "invalid msgtype for mass message",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid! data.{key}.value invalid",
    48001: "api unauthorized",
    48006: "clear quota limit reached",
    49003: "openid does not match the appid",
    76021: "cgi_path not found",
}


class PlatformError(Exception):
    """A business error: HTTP 200 with `errcode` and a text that ends in ` rid: …`.

    `more` stands beside them in the answer, such as the number an earlier call was given.
    """

    def __init__(
        self, errcode: int, errmsg: str = "", *, more: JsonObject | None = None, **facts: str
    ) -> None:
        text = errmsg or ERROR_TEXTS.get(errcode, "error").format(**facts)
        super().__init__(text)
        self.errcode = errcode
        self.errmsg = text
        self.more = more or {}
