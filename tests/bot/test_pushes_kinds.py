"""Every kind of message and event of the platform has its own typed value."""

import pytest

from bot.markup import Fields, read_json, read_xml
from bot.pushes import (
    AuthorizationCancelled,
    AuthorizationRevoked,
    CardChatEntered,
    CardChecked,
    CardConsumed,
    CardDeleted,
    CardGifted,
    CardPaid,
    CardQuotaOrder,
    CardStockLow,
    CardTaken,
    CardViewed,
    EnterChat,
    ImageMessage,
    KfSessionClosed,
    KfSessionOpened,
    KfSessionSwitched,
    LinkMessage,
    LocationReport,
    MassSent,
    MediaChecked,
    MemberCardFilled,
    MemberCardUpdated,
    MenuLocation,
    MenuMiniProgram,
    MenuPhotos,
    MenuView,
    MiniProgramPage,
    ProfileNews,
    PublishFinished,
    PushBody,
    QualificationExpired,
    QualificationFailed,
    QualificationPassed,
    QualificationRenewalDue,
    SubscribeChange,
    SubscribeChoice,
    SubscribePopup,
    SubscribeResult,
    SubscribeSent,
    TemplateSent,
    UserInfoModified,
    VideoMessage,
    VoiceMessage,
    read_push,
)

HEADER: Fields = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1714112445"}


def message(kind: str, inner: str) -> PushBody:
    fields = read_xml(f"<xml><MsgType>{kind}</MsgType><MsgId>1</MsgId>{inner}</xml>".encode())
    return read_push({**HEADER, **fields}, "main").body


def event(name: str, inner: str = "") -> PushBody:
    xml = f"<xml><MsgType>event</MsgType><Event><![CDATA[{name}]]></Event>{inner}</xml>"
    return read_push({**HEADER, **read_xml(xml.encode())}, "main").body


def json_event(name: str, inner: str) -> PushBody:
    fields = read_json(f'{{"MsgType": "event", "Event": "{name}", {inner}}}'.encode())
    return read_push({**HEADER, **fields}, "mini").body


MESSAGES = [
    ("image", "<PicUrl>u</PicUrl><MediaId>m</MediaId>", ImageMessage("m", "u")),
    (
        "voice",
        "<MediaId>m</MediaId><Format>speex</Format><MediaId16K>k</MediaId16K><Recognition/>",
        VoiceMessage("m", "speex", "k", ""),
    ),
    ("video", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>", VideoMessage("m", "t", False)),
    ("shortvideo", "<MediaId>m</MediaId>", VideoMessage("m", "", True)),
    (
        "link",
        "<Title>t</Title><Description>d</Description><Url>u</Url>",
        LinkMessage("t", "d", "u"),
    ),
    (
        "miniprogrampage",
        "<Title>t</Title><AppId>a</AppId><PagePath>p</PagePath><ThumbUrl>u</ThumbUrl>",
        MiniProgramPage("t", "a", "p", "u", ""),
    ),
]


@pytest.mark.parametrize(("kind", "inner", "body"), MESSAGES, ids=[row[0] for row in MESSAGES])
def test_every_kind_of_message_is_typed(kind, inner, body):
    assert message(kind, inner) == body


PROFILE = "<OpenID>o2</OpenID><AppID>wx1</AppID><UnionID>u</UnionID><RevokeInfo>1,3</RevokeInfo>"
NEWS = ProfileNews("o2", "wx1", "u", "1,3", "", "")
CARD = "<CardId>p1</CardId><UserCardCode>9</UserCardCode>"

EVENTS = [
    ("VIEW", "<EventKey>u</EventKey><MenuId>4</MenuId>", MenuView("u", "4")),
    ("view_miniprogram", "<EventKey>p</EventKey>", MenuMiniProgram("p", "")),
    (
        "pic_sysphoto",
        (
            "<EventKey>k</EventKey><SendPicsInfo><Count>2</Count><PicList>"
            "<item><PicMd5Sum>a</PicMd5Sum></item><item><PicMd5Sum>b</PicMd5Sum></item>"
            "</PicList></SendPicsInfo>"
        ),
        MenuPhotos("k", "pic_sysphoto", 2, ("a", "b")),
    ),
    (
        "pic_weixin",
        (
            "<EventKey>k</EventKey><SendPicsInfo><Count>1</Count><PicList>"
            "<item><PicMd5Sum>a</PicMd5Sum></item></PicList></SendPicsInfo>"
        ),
        MenuPhotos("k", "pic_weixin", 1, ("a",)),
    ),
    (
        "pic_photo_or_album",
        "<EventKey>k</EventKey><SendPicsInfo></SendPicsInfo>",
        MenuPhotos("k", "pic_photo_or_album", 0, ()),
    ),
    (
        "location_select",
        (
            "<EventKey>k</EventKey><SendLocationInfo><Location_X>30</Location_X>"
            "<Location_Y>104</Location_Y><Scale>15</Scale><Label>l</Label><Poiname/>"
            "</SendLocationInfo>"
        ),
        MenuLocation("k", 30.0, 104.0, "l", ""),
    ),
    (
        "LOCATION",
        "<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>119.3</Precision>",
        LocationReport(23.1, 113.3, 119.3),
    ),
    (
        "TEMPLATESENDJOBFINISH",
        "<MsgID>200163836</MsgID><Status>success</Status>",
        TemplateSent("200163836", "delivered"),
    ),
    (
        "TEMPLATESENDJOBFINISH",
        "<MsgID>2</MsgID><Status>failed:user block</Status>",
        TemplateSent("2", "blocked"),
    ),
    (
        "TEMPLATESENDJOBFINISH",
        "<MsgID>2</MsgID><Status>failed: system failed</Status>",
        TemplateSent("2", "failed"),
    ),
    (
        "MASSSENDJOBFINISH",
        (
            "<MsgID>7</MsgID><Status>send success</Status><TotalCount>9</TotalCount>"
            "<FilterCount>8</FilterCount><SentCount>7</SentCount><ErrorCount>1</ErrorCount>"
            "<ArticleUrlResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>"
            "<ArticleUrl>u</ArticleUrl></item></ResultList></ArticleUrlResult>"
        ),
        MassSent("7", True, 0, 9, 8, 7, 1, ("u",)),
    ),
    (
        "MASSSENDJOBFINISH",
        "<MsgID>7</MsgID><Status>err(10001)</Status>",
        MassSent("7", False, 10001, 0, 0, 0, 0, ()),
    ),
    (
        "subscribe_msg_popup_event",
        (
            "<SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>accept"
            "</SubscribeStatusString><PopupScene>2</PopupScene></List><List><TemplateId>t2</TemplateId>"
            "<SubscribeStatusString>reject</SubscribeStatusString><PopupScene>2</PopupScene></List>"
            "</SubscribeMsgPopupEvent>"
        ),
        SubscribePopup((SubscribeChoice("t1", True, "2"), SubscribeChoice("t2", False, "2"))),
    ),
    (
        "subscribe_msg_change_event",
        (
            "<SubscribeMsgChangeEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>reject"
            "</SubscribeStatusString></List></SubscribeMsgChangeEvent>"
        ),
        SubscribeChange((SubscribeChoice("t1", False, ""),)),
    ),
    (
        "subscribe_msg_change_event",
        (
            "<SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>reject"
            "</SubscribeStatusString></List></SubscribeMsgPopupEvent>"
        ),
        SubscribeChange((SubscribeChoice("t1", False, ""),)),
    ),
    (
        "subscribe_msg_sent_event",
        (
            "<SubscribeMsgSentEvent><List><TemplateId>t1</TemplateId><MsgID>3717005636572528642</MsgID>"
            "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>"
        ),
        SubscribeSent((SubscribeResult("t1", "3717005636572528642", 0, "success"),)),
    ),
    (
        "PUBLISHJOBFINISH",
        (
            "<PublishEventInfo><publish_id>5</publish_id><publish_status>2</publish_status>"
            "<fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>"
        ),
        PublishFinished("5", 2, "", (), (1, 2)),
    ),
    (
        "PUBLISHJOBFINISH",
        (
            "<PublishEventInfo><publish_id>5</publish_id><publish_status>0</publish_status>"
            "<article_id>a</article_id><article_detail><count>1</count><item><idx>1</idx>"
            "<article_url>u</article_url></item></article_detail></PublishEventInfo>"
        ),
        PublishFinished("5", 0, "a", ("u",), ()),
    ),
    ("user_info_modified", PROFILE, UserInfoModified(NEWS)),
    ("user_authorization_revoke", PROFILE, AuthorizationRevoked(NEWS)),
    ("user_authorization_cancellation", PROFILE, AuthorizationCancelled(NEWS)),
    ("kf_create_session", "<KfAccount>a@b</KfAccount>", KfSessionOpened("a@b")),
    ("kf_close_session", "<KfAccount>a@b</KfAccount>", KfSessionClosed("a@b")),
    (
        "kf_switch_session",
        "<FromKfAccount>a</FromKfAccount><ToKfAccount>b</ToKfAccount>",
        KfSessionSwitched("a", "b"),
    ),
    ("card_pass_check", CARD, CardChecked("p1", True, "")),
    (
        "card_not_pass_check",
        CARD + "<RefuseReason>r</RefuseReason>",
        CardChecked("p1", False, "r"),
    ),
    (
        "user_get_card",
        CARD + "<FriendUserName>o3</FriendUserName><IsGiveByFriend>1</IsGiveByFriend>"
        "<OldUserCardCode>8</OldUserCardCode><OuterStr>12b</OuterStr>",
        CardTaken("p1", "9", "8", "o3", True, False, "12b", ""),
    ),
    (
        "user_gifting_card",
        CARD + "<FriendUserName>o3</FriendUserName>",
        CardGifted("p1", "9", "o3", False),
    ),
    ("user_del_card", CARD, CardDeleted("p1", "9")),
    (
        "user_consume_card",
        CARD + "<ConsumeSource>FROM_API</ConsumeSource><StaffOpenId>o4</StaffOpenId>",
        CardConsumed("p1", "9", "FROM_API", "o4", ""),
    ),
    (
        "user_pay_from_pay_cell",
        CARD + "<TransId>42</TransId><Fee>10000</Fee><OriginalFee>20000</OriginalFee>",
        CardPaid("p1", "9", "42", "", 10000, 20000),
    ),
    ("user_view_card", CARD + "<OuterStr>x</OuterStr>", CardViewed("p1", "9", "x")),
    ("user_enter_session_from_card", CARD, CardChatEntered("p1", "9")),
    (
        "update_member_card",
        CARD + "<ModifyBonus>3</ModifyBonus><ModifyBalance>-5</ModifyBalance>",
        MemberCardUpdated("p1", "9", 3, -5),
    ),
    ("card_sku_remind", CARD + "<Detail>low</Detail>", CardStockLow("p1", "low")),
    ("card_pay_order", "<OrderId>7</OrderId><Status>S</Status>", CardQuotaOrder("7", "S")),
    ("submit_membercard_user_info", CARD, MemberCardFilled("p1", "9")),
    (
        "qualification_verify_success",
        "<ExpiredTime>17</ExpiredTime>",
        QualificationPassed("qualification", 17),
    ),
    ("naming_verify_success", "<ExpiredTime>17</ExpiredTime>", QualificationPassed("naming", 17)),
    (
        "qualification_verify_fail",
        "<FailTime>18</FailTime><FailReason>by time</FailReason>",
        QualificationFailed("qualification", 18, "by time"),
    ),
    (
        "naming_verify_fail",
        "<FailTime>18</FailTime><FailReason>x</FailReason>",
        QualificationFailed("naming", 18, "x"),
    ),
    ("annual_renew", "<ExpiredTime>19</ExpiredTime>", QualificationRenewalDue(19)),
    ("verify_expired", "<ExpiredTime>20</ExpiredTime>", QualificationExpired(20)),
    ("user_enter_tempsession", "<SessionFrom>s</SessionFrom>", EnterChat("s")),
]


@pytest.mark.parametrize(("name", "inner", "body"), EVENTS, ids=[row[0] for row in EVENTS])
def test_every_kind_of_event_is_typed(name, inner, body):
    assert event(name, inner) == body


@pytest.mark.parametrize("name", ["Subscribe_Msg_Popup_Event", "SUBSCRIBE_MSG_POPUP_EVENT"])
def test_the_case_of_an_event_name_does_not_matter(name):
    assert event(name) == SubscribePopup(())


ITEM = '{"TemplateId": "t", "SubscribeStatusString": "accept", "PopupScene": 0}'


@pytest.mark.parametrize(("items", "count"), [(ITEM, 1), (f"[{ITEM}]", 1), (f"[{ITEM},{ITEM}]", 2)])
def test_a_json_list_of_one_may_be_a_bare_object(items, count):
    body = json_event("subscribe_msg_popup_event", f'"List": {items}')
    assert body == SubscribePopup((SubscribeChoice("t", True, "0"),) * count)


@pytest.mark.parametrize("code", ['"0"', "0"])
def test_a_json_number_may_be_a_text(code):
    item = f'{{"TemplateId": "t", "MsgID": "1", "ErrorCode": {code}, "ErrorStatus": "success"}}'
    body = json_event("subscribe_msg_sent_event", f'"List": {item}')
    assert body == SubscribeSent((SubscribeResult("t", "1", 0, "success"),))


def test_both_versions_of_a_media_verdict_are_read():
    old = json_event("wxa_media_check", '"isrisky": 1, "appid": "wx1", "trace_id": "a"')
    new = json_event(
        "wxa_media_check",
        '"version": 2, "appid": "wx1", "trace_id": "a", "detail": [{"suggest": "risky"}],'
        ' "result": {"suggest": "risky", "label": 20001}',
    )
    assert old == MediaChecked("a", "wx1", "risky", 0)
    assert new == MediaChecked("a", "wx1", "risky", 20001)
