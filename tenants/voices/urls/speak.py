from django.urls import path

from tenants.voices.views.speaking import speak

urlpatterns = [path("", speak, name="speak")]
