"""The rules of the shop that the model knows (规则): few, and each is there for a reason."""

from typing import Any

MODEL_SHOP: dict[str, Any] = {
    "activities": [],  # those of the demo are for its own tiers
    "points": {
        "points_per_yuan": 1,
        "expire": "60d",
        "pending_days": 7,
        "pending_from_fen": 20_000,
        "claim_days": 30,
        "value_fen": 1,
        "offset_unit": 10,
        "offset_percent_cap": 50,
        "cap_per_receipt": 450,
        "excluded_categories": ["card"],
        "return_days": 9,
    },
    "point_boosts": [
        # The code of a boost the demo has: two of one kind would be reckoned apart.
        {"code": "member-day", "name": "double", "percent": 200, "weekdays": [2]},
        {"code": "beans", "name": "beans", "percent": 150, "categories": ["beans"]},
        {
            "code": "beans-bonus",
            "name": "bonus",
            "points": 20,
            "threshold_fen": 10_000,
            "categories": ["beans"],
        },
        {"code": "silver", "name": "silver", "percent": 120, "tiers": ["silver"]},
    ],
    "ladder": {"window_days": 365, "keep_percent": 80, "term_months": 3, "grace_days": 10},
    "tiers": [
        {"code": "base", "name": "base"},
        {"code": "silver", "name": "silver", "growth": 100, "gifts": [{"points": 30}]},
        {"code": "gold", "name": "gold", "growth": 400, "gifts": [{"points": 70}]},
    ],
    "coupon_kinds": [
        {
            "code": "welcome",
            "name": "welcome",
            "kind": "money_off",
            "amount_fen": 300,
            "threshold_fen": 1000,
            "valid": "30d",
            "per_member": 1,
        },
        {"code": "cake", "name": "cake", "kind": "exchange", "item": "cake", "valid": "10d"},
        {
            "code": "five",
            "name": "five",
            "kind": "percent_off",
            "discount_percent": 95,
            "valid": "20d",
            "stock": 3,
            "per_member": 2,
            "stores": ["cd01"],
        },
        {
            "code": "yoga",
            "name": "yoga",
            "kind": "count",
            "item": "yoga",
            "count": 3,
            "valid": "40d",
        },
        {
            "code": "own",
            "name": "own",
            "kind": "money_off",
            "amount_fen": 100,
            "threshold_fen": 500,
            "valid": "15d",
            "giftable": False,
        },
        {"code": "prize", "name": "prize", "kind": "gift", "item": "prize", "valid": "5d"},
    ],
    "rewards": [
        {
            "code": "prize",
            "name": "prize",
            "points": 40,
            "coupon": "prize",
            "per_member": 2,
            "returns_points": True,
        }
    ],
    "wallet": {"limit_fen": 20_000, "hold_minutes": 15, "confirm_above_fen": 20_000},
    "topup_offers": [
        {"code": "small", "paid_fen": 3000, "bonus_fen": 300, "bonus_days": 20},
        {"code": "large", "paid_fen": 5000, "bonus_fen": 777, "bonus_days": 45},
    ],
    "campaigns": [
        {"code": "welcome", "trigger": "join", "actions": [{"points": 50}, {"coupon": "welcome"}]}
    ],
}
