from django.urls import path

from tenants.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.index, name="index"),
    path("adapt/", views.adapt, name="adapt"),
    path("duties/<slug:duty_id>/", views.duty, name="duty"),
]
