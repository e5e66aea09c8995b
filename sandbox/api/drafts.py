"""The draft box (草稿箱): articles that a mass message sends by their media_id."""

from sandbox.api.door import OFFICIAL, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.identifiers import new_media_id
from sandbox.push.replies import media_url
from sandbox.records import Draft, JsonObject

MOST_ARTICLES = 8
LONGEST_TITLE = 64
KEPT_DRAFTS = 100


async def add_draft(call: ApiCall) -> JsonObject:
    articles = call.body.get("articles")
    if not isinstance(articles, list) or not all(isinstance(entry, dict) for entry in articles):
        raise PlatformError(47001)
    if not 1 <= len(articles) <= MOST_ARTICLES:
        raise PlatformError(45008)
    draft = Draft(new_media_id(), [_article(call, entry) for entry in articles])
    call.record.drafts[draft.media_id] = draft
    for old in list(call.record.drafts)[:-KEPT_DRAFTS]:
        del call.record.drafts[old]
    call.world.changed()
    return {"media_id": draft.media_id}


def _article(call: ApiCall, entry: JsonObject) -> JsonObject:
    """The text itself is not kept: the card leads where the article would."""
    title, picture = entry.get("title"), entry.get("thumb_media_id")
    if not isinstance(title, str) or not 1 <= len(title) <= LONGEST_TITLE:
        raise PlatformError(45003)
    if not isinstance(picture, str) or call.world.media.find(call.account, picture) is None:
        raise PlatformError(40007)
    return {
        "title": title,
        "description": str(entry.get("digest", "")),
        "image_url": media_url(picture),
        "url": str(entry.get("content_source_url", "")),
    }


ENDPOINTS = (Endpoint("POST", "/cgi-bin/draft/add", add_draft, kinds=OFFICIAL, raw_text=True),)
