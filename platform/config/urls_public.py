"""The bare host."""

from django.urls import include, path

from registry import views

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("readyz", views.ready, name="ready"),
    path("", include("accounts.urls")),
    path("operate/", include("registry.operate.urls")),
    path("operate/", include("billing_free.urls_operate")),
]
handler404 = "core.web.not_found"
handler500 = "core.web.server_error"
