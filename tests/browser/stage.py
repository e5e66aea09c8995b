"""The sandbox page as a person handles it: phones that write and scan, a till that rings up."""

import re
from dataclasses import dataclass
from typing import Protocol

from playwright.async_api import FilePayload, Locator, Page, expect

# The shop's server has 5 s for an answer; a restart in between takes some more.
PATIENCE_MILLISECONDS = 20_000


class Demo(Protocol):
    """A sandbox page and the Shuke it plays with."""

    sandbox_url: str
    shuke_url: str

    async def restart_shuke(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone on the page; its chat is with the first account."""

    node: Locator

    @property
    def log(self) -> Locator:
        return self.node.get_by_test_id("chat-log")

    @property
    def opened_page(self) -> Locator:
        """What WeChat's browser shows."""
        return self.node.frame_locator("iframe").locator("body")

    @property
    def answers(self) -> Locator:
        """What the account said since the person last wrote."""
        return self.log.locator(
            "xpath=(.//li[@data-from='member'])[last()]/following-sibling::li[@data-from='account']"
        )

    async def follow(self) -> None:
        await self.node.get_by_role("button", name="关注", exact=True).click()
        await expect(self.log.locator("[data-from=account]").first).to_be_visible()

    async def write(self, text: str) -> None:
        """Sends the text and waits until the account has answered it."""
        written = self.log.locator("[data-from=member]")
        before = await written.count()
        line = self.node.get_by_role("textbox", name="发消息")
        await line.fill(text)
        await line.press("Enter")
        await expect(written).to_have_count(before + 1)
        await expect(self.answers.first).to_be_visible()

    async def join(self) -> None:
        await self.follow()
        await self.write("入会")
        await self.write("同意")
        await expect(self.answers.first).to_contain_text(re.compile(r"8\d{7}"))

    async def told(self, word: str, pattern: str) -> str:
        """What of the pattern stands in the answer to a word."""
        await self.write(word)
        await expect(self.answers.filter(has_text=re.compile(pattern)).first).to_be_visible()
        found = re.search(pattern, "\n".join(await self.answers.all_inner_texts()))
        assert found is not None, word
        return found[1] if found.groups() else found[0]

    async def tap(self, word: str) -> None:
        """The newest link of this word in the chat; it is sent as if it were written."""
        written = self.log.locator("[data-from=member]")
        before = await written.count()
        await self.log.get_by_role("link", name=word, exact=True).last.click()
        await expect(written).to_have_count(before + 1)
        await expect(self.answers.first).to_be_visible()

    async def send_picture(self, picture: bytes) -> None:
        sent = FilePayload(name="photo.png", mimeType="image/png", buffer=picture)
        await self.node.locator("input[type=file]").set_input_files(sent)
        await expect(self.log.locator("[data-from=member]").last).to_have_attribute(
            "data-kind", "image"
        )
        await expect(self.answers.first).to_be_visible()

    async def prove_number(self) -> str:
        """Types the phone's own number and the code of the SMS that comes to it."""
        await self.write("填手机号")
        number = await self.node.get_by_test_id("phone-number").get_attribute("data-number")
        assert number is not None
        await self.write(number)
        await self.node.get_by_test_id("sms-code").click()
        await self.node.get_by_role("textbox", name="发消息").press("Enter")
        await expect(self.log).to_contain_text("已验证")
        await expect(self.node.get_by_test_id("sms")).to_be_hidden()
        return number

    async def scan(self, content: str) -> None:
        """Pastes what the camera would read, such as a link a friend has sent."""
        await self.node.get_by_test_id("scan").click()
        await self.node.get_by_test_id("scan-input").fill(content)
        await self.node.get_by_test_id("scan-read").click()

    async def points(self) -> set[int]:
        """Every number in the answer to 积分; the balance is among them."""
        await self.write("积分")
        return {int(digits) for digits in re.findall(r"\d+", await self.answers.last.inner_text())}

    async def expect_points(self, balances: set[int]) -> None:
        await self.write("积分")
        figures = "|".join(str(balance) for balance in balances)
        pattern = re.compile(rf"(?<!\d)({figures})(?!\d)")
        await expect(self.answers.filter(has_text=pattern).first).to_be_visible()


@dataclass(frozen=True, slots=True)
class Stage:
    page: Page

    async def open(self, url: str) -> None:
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        self.page.set_default_timeout(PATIENCE_MILLISECONDS)
        await self.page.goto(url)
        await expect(self.page.locator("body[data-ready]")).to_be_visible()

    def phone(self, name: str) -> Phone:
        return Phone(self.page.get_by_role("region", name=f"{name}的手机", exact=True))

    async def new_phone(self, name: str) -> Phone:
        """A person nobody else in these tests plays, so that no test sees another's chat."""
        await self.page.get_by_role("button", name="添加手机").click()
        await self.page.get_by_role("dialog").get_by_role("textbox").fill(name)
        await self.page.get_by_role("button", name="好", exact=True).click()
        phone = self.phone(name)
        await expect(phone.node).to_be_visible()
        return phone

    async def add(self, goods: str, times: int = 1) -> None:
        for _ in range(times):
            await self.page.get_by_role("button", name=re.compile(f"加一份{goods} ")).click()

    async def identify(self, name: str) -> None:
        """The person shows a fresh member code and the till reads it."""
        await self.page.get_by_role("button", name=f"请{name}出示会员码").click()
        await expect(self.page.get_by_test_id("member-name")).to_be_visible()

    async def open_tab(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).first.click()

    async def take_payment(self) -> Locator:
        """Pays what the quote says; the receipt that came out."""
        await self.page.get_by_role("button", name="收款", exact=True).click()
        await expect(self.page.get_by_test_id("basket-total")).to_have_text("¥0.00")
        return self.page.get_by_test_id("receipt")

    async def ring_up(self, goods: str) -> None:
        """Leaves the receipt, with its code, on the till."""
        printed = self.page.get_by_test_id("receipt")
        before = await printed.get_attribute("data-number") if await printed.count() else None
        await self.page.get_by_role("button", name=re.compile(f"加一份{goods} ")).click()
        await self.page.get_by_role("button", name="结账", exact=True).click()
        await expect(self.page.get_by_test_id("basket-total")).to_have_text("¥0.00")
        if before:
            await expect(printed).not_to_have_attribute("data-number", before)
        await expect(self.page.get_by_test_id("receipt-qr")).to_be_visible()

    async def scan_receipt(self, name: str) -> Phone:
        await self.page.get_by_role("button", name=f"用{name}的手机扫", exact=True).click()
        phone = self.phone(name)
        await expect(phone.opened_page).not_to_be_empty()
        return phone

    async def close_page(self, phone: Phone) -> None:
        await phone.node.get_by_role("button", name="关闭网页").click()
