async def test_probe(shop_under_test):
    s = shop_under_test
    for who, w in [("小李","积分"),("小李","余额"),("小李","账单"),("小李","优惠券"),("小李","会员码"),("小李","资料"),("小李","帮助"),("老赵","积分"),("老赵","优惠券"),("小王","积分"),("小王","入会"),("小王","同意并订阅"), ("小王","填手机号"),("小王","１３８００１３８０００"),("小王","资料")]:
        print(who, ">", w)
        for r in await s.hear(who, w): print("   ", r.replace("\n","\n    "))
    print(await s.delivered())
    print(await s.scan("小李", await s.receipt(4500)))
    print(await s.scan("小李", await s.offline_receipt(5)))
    print(await s.hear("小李", "积分"))
