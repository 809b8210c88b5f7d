"""The forms the committee's document has its members fill: some finished, some waiting for the next step, some not begun."""

from __future__ import annotations

import datetime as dt
from random import Random

from core.audit import SYSTEM
from demo.cast import STORY_ENDS
from demo.company import Company, Player, day_between
from tenants.members.queries import member_by_id
from tenants.reports import actions, queries


def fill_forms(company: Company) -> None:
    """Nothing where the document prints no form for members."""
    chance = company.chance("forms")
    for form in queries.forms_on(STORY_ENDS):
        if form.is_of_members:
            for player in company.serving(STORY_ENDS):
                _fill(chance, form, player)


def _fill(chance: Random, form: queries.PrintedForm, player: Player) -> None:
    if chance.random() > player.zeal * 0.9:
        return
    day = day_between(chance, dt.date(2022, 11, 1), dt.date(2022, 11, 20))
    member = member_by_id(player.id)
    draft = queries.draft_of(form, member, day)
    if not all(draft.get(field.id) for field in form.fields if field.required):
        return
    period = queries.period_of(form, day)
    actions.fill_form(form=form.id, member=member.pk, period=period, values=draft, today=day, by=SYSTEM)
    for step in form.steps[1:]:
        if chance.random() > 0.7:
            return
        day = min(day + dt.timedelta(days=chance.randint(0, 4)), STORY_ENDS)
        actions.take_form_step(
            form=form.id, member=member.pk, period=period, step=step.id, done_on=day, today=STORY_ENDS, by=SYSTEM
        )
