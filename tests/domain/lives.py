"""BRIEF §3 written out by hand, for tests to hold the declared kinds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

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
    "advice": """
serve           sender    issued    served     served_on delivery signatory
receive         receiver  issued    received   received_on delivery signatory
retract         submitter issued    retracted
confirm_receipt receiver  served    delivered
differ_receipt  receiver  served    delivered  received_on
prove_service   sender    served    delivered  service_proof
enter_receipt   receiver  {RUNNING},mended - received_on
confirm_service sender    received  delivered
differ_service  sender    received  delivered  served_on
check           receiver  delivered checking   self_check
reply           receiver  delivered,checking,escalated replied {REPLY}
explain         receiver  delivered,checking,replied,rectifying - delay_reason planned_on
grant_delay     sender    {RUNNING} - rectify_by
refuse_delay    sender    {RUNNING} - delay_refusal
object          receiver  {RUNNING} - objection
uphold          sender    {RUNNING} - objection_result
drop_objection  receiver  {RUNNING} -
pass            sender    replied   mended        review
go_on           sender    replied   rectifying    review rectify_by
ask_more        sender    replied   supplementing lacking
fail            sender    replied   unmended      review rectify_by
note_reply      sender    replied,rectifying,supplementing,unmended,mended - reply_received_on
return_reply    sender    replied   -             returned_reply
report          receiver  replied,rectifying,unmended,escalated replied {REPORT}
supplement      receiver  supplementing replied   supplement_number supplement_sent_on report
urge            sender    {LAGGING} -             urged_by urging
escalate        sender    {LAGGING} escalated     level escalation
sue             sender    escalated,unmended sued litigation_number
look_back       sender    mended    looked_back   looked_on look_back
relapse         sender    mended    rectifying    looked_on look_back rectify_by
close           sender    looked_back,sued,unmended,escalated closed closing
withdraw        sender    {OPEN}    withdrawn     withdrawal
replace         sender    {OPEN}    replaced      successor
""".format(
        REPORT="report report_sent_on progress",
        REPLY="reply_number replied_on reply_way reply_signatory adoption progress",
        RUNNING="delivered,checking,replied,rectifying,supplementing,unmended,escalated",
        LAGGING="delivered,checking,rectifying,supplementing,unmended,escalated",
        OPEN="issued,served,received,delivered,checking,replied,rectifying,supplementing,unmended,"
        "escalated,mended,looked_back",
    ),
}
"""BRIEF §3 written out by hand: step, whose, from, to (-: it stays), what it needs."""

PARTIES = {
    "lead": ("zrzy-ec", "jcy-ec"),
    "warning": ("jcy-ec", "zrzy-ec"),
    "advice": ("jcy-ec", "zrzy-ec"),
}
"""Who hands over, and who receives."""


def life(kind: str) -> dict[str, tuple[str, set[str], str, tuple[str, ...]]]:
    """Every step of a kind: whose it is, from which states, to which, and what it needs."""
    rows = [line.split() for line in LIVES[kind].strip().splitlines()]
    return {
        code: (who, set(before.split(",")), after.strip("-"), tuple(needs))
        for code, who, before, after, *needs in rows
    }


def allowed_when(
    kind: str,
    code: str,
    state: str,
    *,
    owed: Collection[str] = (),
    late: Collection[str] = (),
    known: Collection[str] = (),
) -> bool:
    """Whether, besides the state, what is owed, late and known allows a step of a kind.

    Known are names of fields, and `left`: that the paper was left with the addressee (留置),
    `public_interest`: its type, `urged`: that it was urged for a reason that there still is,
    `replied`: that nothing was sent since the reply.
    """
    if kind != "advice":
        return True
    lagging = state in {"unmended", "escalated"} or bool(
        {"reply", "rectify", "supplement"} & set(late)
    )
    conditions = {
        "reply": "reply" in owed,
        "report": "reply" not in owed and (state != "replied" or "rectify" in owed),
        "return_reply": "replied" in known,
        "explain": "delay" not in owed,
        "grant_delay": "delay" in owed,
        "refuse_delay": "delay" in owed,
        "object": "objection" not in owed,
        "uphold": "objection" in owed,
        "drop_objection": "objection" in owed,
        "note_reply": "reply_received_on" not in known,
        "prove_service": "confirm" in late or "left" in known,
        "enter_receipt": "received_on" not in known,
        "urge": lagging,
        "escalate": lagging and "urged" in known,
        "sue": "public_interest" in known,
        "close": state in {"looked_back", "sued"} or "public_interest" not in known,
    }
    return conditions.get(code, True)
