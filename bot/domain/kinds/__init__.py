"""The kinds of record this bot keeps, in the order menus and ledgers list them."""

from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.kind import Kinds
from bot.domain.kinds.lead import LEAD
from bot.domain.kinds.warning import WARNING

KINDS = Kinds((LEAD, WARNING, ADVICE))
