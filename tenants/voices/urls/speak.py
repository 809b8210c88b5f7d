from django.urls import path

from tenants.voices.views.speaking import speak, spoken, status

urlpatterns = [
    path("", speak, name="speak"),
    path("status/", status, name="speak_status"),
    path("received/<str:word>/", spoken, name="spoken"),
]
