from django.apps import AppConfig


class ProceedingsConfig(AppConfig):
    name = "tenants.proceedings"

    def ready(self) -> None:
        from core import waiting
        from tenants.proceedings.queries.signing import WAITING

        waiting.register(WAITING)
