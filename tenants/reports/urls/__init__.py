"""/returns/: what this committee sends, and what was sent to it."""

from django.urls import path

from tenants.reports.views import figures, files, inbox, returns

app_name = "reports"
urlpatterns = [
    path("", returns.index, name="index"),
    path("close/", returns.close, name="close"),
    path("keys/", files.keys, name="keys"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/accept/", inbox.accept_many, name="accept_many"),
    path("inbox/<uuid:delivery_id>/", inbox.preview, name="received"),
    path("inbox/<uuid:delivery_id>/accept/", inbox.accept, name="accept"),
    path("inbox/<uuid:delivery_id>/send-back/", inbox.send_back, name="send_back"),
    path("inbox/<uuid:delivery_id>/file/", files.received, name="received_file"),
    path("<str:period>/", returns.show, name="show"),
    path("<str:period>/figures/<str:indicator>/", figures.figure, name="figure"),
    path("<str:period>/file/", files.own, name="file"),
    path("<str:period>/sign/", returns.sign, name="sign"),
    path("<str:period>/withdraw/", returns.withdraw, name="withdraw"),
    path("<str:period>/submit/", returns.submit, name="submit"),
]
