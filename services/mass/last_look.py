"""Mass sends looked at once more (群发前复核), right before the call: a turn, a picture and tags
take their time, and who said stop meanwhile, or a pause, is to be heard within seconds (N07).
"""

from collections.abc import Mapping
from dataclasses import replace

from loyalty.send_gate import Held
from services.mass.again import fewest, hour_that_opens, judged_now, without_the_unwilling
from services.mass.gathering import MassCall, goes_by
from services.mass.results import refuse
from services.messages.claiming import moment_of
from services.messages.contacts import learn_refusal
from services.messages.outbox_results import RECIPIENTS_FAULT, VERDICT_LIFE
from services.shop import Shop
from storage.mass import leave_out, messages_of_batch, queue_some_again
from storage.mass_batches import end_batch, renew_batch
from storage.outbox_claims import Moment
from storage.transactions import transactional

NOT_BEGUN = "not_begun"


@transactional
async def keep_mass_call(shop: Shop, worker: str, call: MassCall) -> bool:
    """Hold it for the length of another lease. False where it may not go on: its messages wait
    then, or another worker has it.
    """
    return await _keep(shop, worker, call)


@transactional
async def leave_out_of_mass_call(
    shop: Shop, worker: str, call: MassCall, refused: Mapping[str, str]
) -> bool:
    """These people, by openid with the reason, cannot get it; False where nobody is left, too."""
    if not await _keep(shop, worker, call):
        return False
    now = shop.clock.machine_now()
    ids = {line["openid"]: line["id"] for line in await messages_of_batch(call.id)}
    state = "failed" if call.attempt == 1 else "unknown"
    for reason in sorted(set(refused.values())):
        away = [
            ids.pop(openid) for openid in refused if openid in ids and refused[openid] == reason
        ]
        await leave_out(away, state=state, reason=reason, now=now)
    for openid, reason in refused.items():
        if reason in RECIPIENTS_FAULT:
            await learn_refusal(shop, account=call.account, openid=openid, mark=reason)
    if not ids:
        await end_batch(
            call.row, worker, state=state, reason="nobody_left", platform_id=None, now=now
        )
    return bool(ids)


@transactional
async def confirm_mass_call(shop: Shop, worker: str, call: MassCall) -> MassCall | None:
    """The call as it may be made now: without whom the gate stops by now. None if not at all;
    its messages wait then, or have been told why.
    """
    moment = moment_of(shop)
    if moment.machine - call.judged_at <= VERDICT_LIFE:
        return call
    if not await _keep(shop, worker, call):
        return None
    return await _judged_again(shop, worker, call, moment)


async def _keep(shop: Shop, worker: str, call: MassCall) -> bool:
    if await renew_batch(call.row, worker, shop.clock.machine_now()):
        return True
    await refuse(shop, worker, call, NOT_BEGUN, shop.now())
    return False


async def _judged_again(shop: Shop, worker: str, call: MassCall, moment: Moment) -> MassCall | None:
    verdicts = await judged_now(shop, await messages_of_batch(call.id))
    if opens_at := hour_that_opens(verdicts.values()):
        await refuse(shop, worker, call, Held.QUIET_HOURS, opens_at)
        return None
    if call.attempt > 1:
        # Perhaps taken the first time: nobody leaves it for another call.
        if not await without_the_unwilling(shop, worker, call.row, verdicts):
            return None
    else:
        away = [id for id, verdict in verdicts.items() if not goes_by(verdict, call.account)]
        if len(verdicts) - len(away) < fewest(shop, call.account):
            await refuse(shop, worker, call, NOT_BEGUN, moment.business)
            return None
        await queue_some_again(away, now=moment.business, reason=NOT_BEGUN)
    openids = [line["openid"] for line in await messages_of_batch(call.id)]
    return replace(call, openids=openids, judged_at=moment.machine)
