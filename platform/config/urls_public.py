"""The bare host."""

from django.urls import include, path

from registry import views

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("readyz", views.ready, name="ready"),
    path("", include("accounts.urls")),
]
handler404 = "core.web.not_found"
handler500 = "core.web.server_error"
