"""The kinds of record this bot keeps, in the order menus and ledgers list them."""

from bot.domain.kinds.kind import Kinds
from bot.domain.kinds.lead import LEAD

KINDS = Kinds((LEAD,))
