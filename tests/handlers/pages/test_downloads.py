"""下载页: a page of files in the browser; each file leaves once, as a file and never as a page."""

from tests.handlers.pages.street import FIREFOX, Street

PAGE = "/d/"


async def asked(street: Street) -> str:
    """The path of 小李's page."""
    reply = (await street.shop.hear("小李", "我的数据"))[0]
    link = next(line for line in reply.splitlines() if line.startswith("http"))
    return link.removeprefix("http://shop.test")


async def test_the_page_lists_the_files_and_may_be_neither_kept_nor_passed_on(
    street: Street,
) -> None:
    path = await asked(street)
    response = await street.get(street.browser(), path)
    assert response.status == 200
    assert "my-data.json" in await response.text()
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_a_file_is_sent_once_and_then_the_page_says_so(street: Street) -> None:
    path = await asked(street)
    response = await street.get(street.browser(FIREFOX), f"{path}/ledger.csv")
    assert (response.status, response.content_type) == (200, "text/csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="ledger.csv"'
    assert response.headers["Cache-Control"] == "no-store"
    assert (await response.text()).count("\r\n") > 2
    again = await street.open(f"{path}/ledger.csv")
    assert (again.status, again.words[0]) == (404, "链接已失效")
    assert "ledger.csv（已下载）" in (await street.open(path)).words


async def test_asking_about_a_file_does_not_use_it_up(street: Street) -> None:
    path = await asked(street)
    asking = await street.browser().head(street.base_url + f"{path}/ledger.csv")
    assert asking.status == 405
    assert (await street.open(f"{path}/ledger.csv")).status == 200


async def test_a_link_that_is_over_or_was_never_there_is_not_found(street: Street) -> None:
    path = await asked(street)
    street.shop.clock.pass_time(minutes=10)
    for gone in (path, f"{path}/ledger.csv", PAGE, PAGE + "x", PAGE + "A" * 43, "/d/%2e%2e/x"):
        page = await street.open(gone)
        assert page.status == 404, gone


async def test_what_a_member_typed_is_text_on_their_own_files(street: Street) -> None:
    await street.shop.hear("小李", "资料")
    await street.shop.hear("小李", "2 =<b>1")
    path = await asked(street)
    text = await (await street.get(street.browser(), f"{path}/member.csv")).text()
    assert '"\'=<b>1"' in text
    assert (await street.get(street.browser(), f"{path}/my-data.json")).content_type == (
        "application/json"
    )
