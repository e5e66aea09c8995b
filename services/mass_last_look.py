"""Mass sends looked at once more (群发前复核), right before the call: a turn, a picture and tags
take their time, and who said stop meanwhile, or a pause, is to be heard within seconds (N07).
"""

from dataclasses import replace

from loyalty.send_gate import Held
from services.claiming import moment_of
from services.mass import MassCall, goes_by, refuse
from services.mass_again import FEWEST, hour_that_opens, judged_now, without_the_unwilling
from services.outbox_results import VERDICT_LIFE
from services.shop import Shop
from storage.mass import messages_of_batch, queue_some_again, renew_batch
from storage.outbox_claims import Moment
from storage.transactions import transactional

NOT_BEGUN = "not_begun"


@transactional
async def keep_mass_call(shop: Shop, worker: str, call: MassCall) -> bool:
    """Still this worker's, for the length of another lease; False too when it may not go on."""
    return await renew_batch(call.row, worker, shop.clock.machine_now())


@transactional
async def confirm_mass_call(shop: Shop, worker: str, call: MassCall) -> MassCall | None:
    """The call as it may be made now: without whom the gate stops by now. None if not at all;
    its messages wait then, or have been told why.
    """
    moment = moment_of(shop)
    if moment.machine - call.judged_at <= VERDICT_LIFE:
        return call
    if not await renew_batch(call.row, worker, moment.machine):
        await refuse(shop, worker, call, NOT_BEGUN, moment.business)
        return None
    return await _judged_again(shop, worker, call, moment)


async def _judged_again(shop: Shop, worker: str, call: MassCall, moment: Moment) -> MassCall | None:
    verdicts = await judged_now(shop, await messages_of_batch(call.id))
    if opens_at := hour_that_opens(verdicts.values()):
        await refuse(shop, worker, call, Held.QUIET_HOURS, opens_at)
        return None
    if call.attempt > 1:
        # Perhaps taken the first time: nobody leaves it for another call.
        if not await without_the_unwilling(call.row, worker, verdicts, moment.machine):
            return None
    else:
        away = [id for id, verdict in verdicts.items() if not goes_by(verdict, call.account)]
        if len(verdicts) - len(away) < FEWEST:
            await refuse(shop, worker, call, NOT_BEGUN, moment.business)
            return None
        await queue_some_again(away, now=moment.business, reason=NOT_BEGUN)
    openids = [line["openid"] for line in await messages_of_batch(call.id)]
    return replace(call, openids=openids, judged_at=moment.machine)
