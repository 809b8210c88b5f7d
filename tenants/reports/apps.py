from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "tenants.reports"

    def ready(self) -> None:
        from core import waiting
        from tenants.reports.queries.waiting import SOURCES

        for source in SOURCES:
            waiting.register(source)
