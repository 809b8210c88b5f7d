from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "tenants.assessment"

    def ready(self) -> None:
        from core import waiting
        from tenants.assessment.queries.decisions import WAITING

        waiting.register(WAITING)
