from django.urls import path

from tenants.liaison.views import files
from tenants.voices.views import outputs

app_name = "voices"
urlpatterns = [
    path("", outputs.output_list, name="outputs"),
    path("new/", outputs.output_new, name="output_new"),
    path("<uuid:id>/", outputs.output, name="output"),
    *files.paths(outputs.PAGES),
    path("<uuid:id>/edit/", outputs.output_edit, name="output_edit"),
    path("<uuid:id>/withdraw/", outputs.output_withdraw, name="output_withdraw"),
]
