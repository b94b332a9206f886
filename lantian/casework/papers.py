"""A lead as papers see it: its values by binding."""

from __future__ import annotations

from lantian.casework import queries
from lantian.casework.models import Lead
from lantian.casework.states import Act
from lantian.core.competence import Field
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.models import Post
from lantian.office.papers.actions import Record
from lantian.office.papers.content import day_words

ABOUT = "lead"


def record_of(lead: Lead, *, by: OfficerActor) -> Record:
    """What a paper about a lead may say, as the record stands now."""
    handed = [step for step in queries.steps(lead) if step.act == Act.HAND_OVER]
    last = handed[-1] if handed else None
    sender = last.from_unit if last else lead.origin_unit
    by_rule = f"该线索由{lead.holder.name_zh}管辖。" if lead.holder_id != lead.origin_unit_id else ""
    officer = Post.objects.select_related("account").get(pk=by.post_id)
    values = {
        "lead.number": lead.number,
        "lead.subject": lead.subject_name or lead.subject_no,
        "lead.subject_no": lead.subject_no,
        "lead.ground": lead.ground_zh,
        "lead.opened_on": day_words(lead.opened_on),
        "lead.due": day_words(lead.due),
        "lead.holder": lead.holder.name_zh,
        "lead.sender": sender.name_zh,
        "lead.handed_over_on": day_words(clock.day_of(last.at)) if last else "",
        "lead.hand_over_reason": last.reason if last else by_rule,
        "officer.name": officer.account.name,
    }
    return Record((ABOUT, lead.key), Field(lead.field), values, tuple(lead.seen_by))
