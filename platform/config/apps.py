from django.apps import AppConfig


class CompositionConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery_app  # noqa: F401  so that web processes queue to our broker
