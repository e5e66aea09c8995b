"""Download pages (下载页) /d/TOKEN: the files of one person, each to be fetched once."""

from dataclasses import dataclass

from aiohttp import web

from bot.web import PAGE_HEADERS, Pages
from services.people.downloads import DownloadGone, find_download, take_file
from services.shop import Shop

CONTENT_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "txt": "text/plain",
    "png": "image/png",
    "jpeg": "image/jpeg",
}


@dataclass(frozen=True, slots=True)
class DownloadPages:
    shop: Shop
    pages: Pages

    def add_to(self, app: web.Application) -> None:
        # Without HEAD: a browser that only asks about a file must not use it up.
        app.router.add_get("/d/{token:[^/]*}", self.show)
        app.router.add_get("/d/{token:[^/]*}/{name:[^/]*}", self.fetch, allow_head=False)

    async def show(self, request: web.Request) -> web.Response:
        await self.shop.keep_up()
        token = request.match_info["token"]
        try:
            download = await find_download(self.shop, token)
        except DownloadGone as gone:
            return self._gone(gone)
        return self.pages.page(
            "download",
            brand=self.shop.rules.brand_name,
            token=token,
            files=download.files,
            until=download.until,
        )

    async def fetch(self, request: web.Request) -> web.Response:
        await self.shop.keep_up()
        name = request.match_info["name"]
        try:
            content = await take_file(self.shop, request.match_info["token"], name)
        except DownloadGone as gone:
            return self._gone(gone)
        # The name is one of ours: nothing else was found.
        headers = {**PAGE_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(
            body=content,
            content_type=CONTENT_TYPES[name.rpartition(".")[2]],
            charset="utf-8",
            headers=headers,
        )

    def _gone(self, gone: DownloadGone) -> web.Response:
        text = self.shop.phrase(gone.wording, {})
        return self.pages.page(
            "download_gone", status=gone.status, brand=self.shop.rules.brand_name, text=text
        )
