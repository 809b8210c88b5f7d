from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    name = "tenants.liaison"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from core import waiting
        from tenants.liaison import actions
        from tenants.liaison.actions.files import let_go
        from tenants.liaison.models import Attachment, ContactRecord, Holder
        from tenants.liaison.queries import claims, files, panels
        from tenants.members.queries import register_panel

        claims.register(actions.CLAIMS)
        waiting.register(claims.WAITING)
        post_delete.connect(let_go, sender=Attachment, dispatch_uid="liaison.files")
        files.register(
            files.Keeper(
                kind=Holder.CONTACT,
                model=ContactRecord,
                may_change=actions.may_change,
                owner=lambda record: record.member_id,
            )
        )
        register_panel(panels.of_chain)
        register_panel(panels.of_contacts)
