"""On the bare host, below /operate/."""

from django.urls import path

from billing_free import views

app_name = "billing_free_operate"
urlpatterns = [
    path("committees/<slug:code>/use/", views.use, name="use"),
    path("committees/<slug:code>/use/<slug:what>/", views.quota, name="quota"),
]
