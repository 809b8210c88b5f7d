from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "tenants.members"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from core import clock
        from tenants.members import actions, queries
        from tenants.members.actions.made_files import let_go
        from tenants.members.models import MadeFile
        from tenants.proceedings.queries import Subject, register_holder, register_subject

        post_delete.connect(let_go, sender=MadeFile, dispatch_uid="members.made_files")
        register_holder(lambda user: queries.bodies_of(user, clock.today()))
        register_subject(
            Subject(
                label="members.nomination", what="召集人推选", url=queries.nomination_url, facts=queries.nomination_facts,
                done=actions.confirmed, returned=actions.returned,
            )
        )  # fmt: skip
