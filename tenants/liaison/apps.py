from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    name = "tenants.liaison"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from core import waiting
        from tenants.liaison import actions
        from tenants.liaison.actions.files import let_go
        from tenants.liaison.models import ContactFile
        from tenants.liaison.queries import claims, panels
        from tenants.members.queries import register_panel

        claims.register(actions.CLAIMS)
        waiting.register(claims.WAITING)
        post_delete.connect(let_go, sender=ContactFile, dispatch_uid="liaison.files")
        register_panel(panels.of_chain)
        register_panel(panels.of_contacts)
