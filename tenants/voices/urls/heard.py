from django.urls import path

from tenants.voices.views import hearing, keeping

app_name = "heard"
urlpatterns = [
    path("", hearing.voice_list, name="voices"),
    path("new/", hearing.voice_new, name="voice_new"),
    path("due/", keeping.due, name="due"),
    path("<uuid:id>/", hearing.voice, name="voice"),
    path("<uuid:id>/triage/", hearing.triage, name="triage"),
    path("<uuid:id>/hand-over/", hearing.hand_over, name="hand_over"),
    path("<uuid:id>/answer/<uuid:handling>/", hearing.answer, name="answer"),
    path("<uuid:id>/feedback/", hearing.feedback, name="feedback"),
    path("<uuid:id>/topic/", hearing.topic, name="topic"),
    path("<uuid:id>/close/", hearing.close, name="close"),
    path("<uuid:id>/anonymise/", hearing.anonymise, name="anonymise"),
]
