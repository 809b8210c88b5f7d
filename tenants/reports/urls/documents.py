"""/documents/: what is printed, singly and for everybody."""

from django.urls import path

from tenants.reports.views import documents

app_name = "documents"
urlpatterns = [
    path("", documents.index, name="index"),
    path("forms/<slug:form>/", documents.form_list, name="form_list"),
    path("forms/<slug:form>/blank/", documents.blank, name="blank"),
    path("forms/<slug:form>/<uuid:member_id>/", documents.member_form, name="member_form"),
    path("forms/<slug:form>/<uuid:member_id>/<slug:step>/", documents.take_step, name="take_step"),
    path("forms/<slug:form>/<uuid:member_id>/<slug:step>/undo/", documents.undo_step, name="undo_step"),
    path("members/<uuid:member_id>/", documents.duty_file, name="duty_file"),
    path("bundles/", documents.ask_bundle, name="ask_bundle"),
    path("bundles/<uuid:bundle_id>/", documents.fetch_bundle, name="fetch_bundle"),
    path("bundles/<uuid:bundle_id>/<str:word>/", documents.send_bundle, name="send_bundle"),
]
