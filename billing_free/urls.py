"""On a committee's site."""

from django.urls import path

from billing_free import views

app_name = "billing_free"
urlpatterns = [path("", views.statement, name="statement")]
