from django.urls import path

from tenants.voices.views import outputs

app_name = "voices"
urlpatterns = [
    path("", outputs.output_list, name="outputs"),
    path("new/", outputs.output_new, name="output_new"),
    path("<uuid:id>/", outputs.output, name="output"),
    path("<uuid:id>/files/", outputs.file_add, name="file_add"),
    path("<uuid:id>/files/<uuid:file>/", outputs.file_look, name="file_look"),
    path("<uuid:id>/files/<uuid:file>/remove/", outputs.file_remove, name="file_remove"),
    path("<uuid:id>/edit/", outputs.output_edit, name="output_edit"),
    path("<uuid:id>/withdraw/", outputs.output_withdraw, name="output_withdraw"),
]
