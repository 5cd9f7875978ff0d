"""BRIEF §3 written out by hand, for tests to hold the declared kinds to."""

LIVES = {
    "lead": """
sign      receiver   handed_over                           signed
withdraw  submitter  handed_over                           withdrawn
void      sender     signed,reviewing,returned             voided       void_reason
review    receiver   signed                                reviewing
accept    receiver   reviewing                             filed        case_number
return    receiver   reviewing                             returned     missing_items
resubmit  sender     returned                              reviewing    supplement
refuse    receiver   reviewing                             refused      refusal
transfer  receiver   reviewing                             transferred  transferred_to
merge     receiver   reviewing                             merged       merged_into
conclude  receiver   filed,refused,transferred,merged      concluded    result
confirm   sender     concluded                             fed_back
archive   receiver   fed_back                              archived
""",
    "warning": """
sign      receiver   told                                  signed
withdraw  submitter  told                                  withdrawn
void      sender     signed,checked                        voided       void_reason
check     receiver   signed                                checked      conclusion findings
clear     sender     checked                               cleared
advise    sender     checked                               advised      advice_number
""",
}
"""BRIEF §3 written out by hand: step, whose, from, to, what it needs."""

PARTIES = {"lead": ("zrzy-ec", "jcy-ec"), "warning": ("jcy-ec", "zrzy-ec")}
"""Who hands over, and who receives."""


def life(kind: str) -> dict[str, tuple[str, set[str], str, tuple[str, ...]]]:
    """Every step of a kind: whose it is, from which states, to which, and what it needs."""
    rows = [line.split() for line in LIVES[kind].strip().splitlines()]
    return {
        code: (who, set(before.split(",")), after, tuple(needs))
        for code, who, before, after, *needs in rows
    }
