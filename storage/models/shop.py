"""Tables of the shop (商家): installation, brand, regions, stores, tills, rules, job runs."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class Installation(Model):
    id = fields.IntField(primary_key=True)
    code = fields.TextField()
    clock_offset_ms = fields.BigIntField(default=0)
    rules_version = fields.BigIntField(default=0)
    sending_paused_at = InstantField(null=True)
    sending_paused_why = fields.TextField(null=True)

    class Meta:
        table = "installation"


class Brand(Model):
    id = fields.IntField(primary_key=True)
    code = fields.TextField()
    name = fields.TextField()
    mode = fields.TextField()

    class Meta:
        table = "brands"


class Region(Model):
    id = fields.BigIntField(primary_key=True)
    code = fields.TextField()
    name = fields.TextField()
    districts = fields.TextField(default="[]")

    class Meta:
        table = "regions"


class Store(Model):
    id = fields.BigIntField(primary_key=True)
    code = fields.TextField()
    region_id = fields.BigIntField()
    name = fields.TextField()

    class Meta:
        table = "stores"


class Till(Model):
    id = fields.BigIntField(primary_key=True)
    code = fields.TextField()
    store_id = fields.BigIntField()

    class Meta:
        table = "tills"


class TillKey(Model):
    id = fields.BigIntField(primary_key=True)
    till_id = fields.BigIntField()
    epoch = fields.IntField()
    key_sealed = fields.BinaryField()
    signs_requests = fields.BooleanField()
    enrolled_at = InstantField()

    class Meta:
        table = "till_keys"


class RuleVersion(Model):
    """One version of a piece of shop data: points policy, tier ladder, coupon kind, campaign."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.TextField()
    code = fields.TextField()
    version = fields.IntField()
    body = fields.TextField()
    starts_at = InstantField()

    class Meta:
        table = "rules"


class JobRun(Model):
    id = fields.BigIntField(primary_key=True)
    job = fields.TextField()
    planned_at = InstantField()
    state = fields.TextField()
    worker = fields.TextField()
    fence = fields.IntField(default=1)
    # By the clock of leases, see storage/leases.py.
    lease_until = fields.BigIntField()
    finished_at = InstantField(null=True)
    result = fields.TextField(null=True)
    planned_local = fields.TextField(null=True)
    begun_at = InstantField(null=True)
    failures = fields.IntField(default=0)
    reason = fields.TextField(null=True)

    class Meta:
        table = "job_runs"
