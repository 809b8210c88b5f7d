from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "tenants.voices"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from core import waiting
        from tenants.liaison.actions.files import let_go
        from tenants.liaison.queries import claims
        from tenants.voices import actions
        from tenants.voices.models import OutputFile
        from tenants.voices.queries import KEEPING, WAITING

        claims.register(actions.CLAIMS)
        waiting.register(WAITING)
        waiting.register(KEEPING)
        post_delete.connect(let_go, sender=OutputFile, dispatch_uid="voices.files")
