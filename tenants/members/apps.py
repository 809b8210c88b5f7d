from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "tenants.members"

    def ready(self) -> None:
        from core import clock
        from tenants.members import actions, queries
        from tenants.proceedings.queries import Subject, register_holder, register_subject

        register_holder(lambda user: queries.bodies_of(user, clock.today()))
        register_subject(
            Subject(
                label="members.nomination", what="召集人推选", url=queries.nomination_url, facts=queries.nomination_facts,
                done=actions.confirmed, returned=actions.returned,
            )
        )  # fmt: skip
