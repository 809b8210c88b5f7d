from django.urls import path

from tenants.activities.views import calling, held, topics
from tenants.liaison.views import files

app_name = "activities"
urlpatterns = [
    path("", held.activity_list, name="activities"),
    path("new/", held.activity_new, name="activity_new"),
    path("topics/", topics.topic_list, name="topics"),
    path("topics/<uuid:id>/", topics.topic, name="topic"),
    path("calendar/", topics.calendar, name="calendar"),
    path("calendar/<uuid:id>/remove/", topics.occasion_remove, name="occasion_remove"),
    path("guests/<uuid:id>/remove/", calling.guest_remove, name="guest_remove"),
    path("parts/<uuid:id>/withdraw/", calling.part_withdraw, name="part_withdraw"),
    path("<uuid:id>/", held.activity, name="activity"),
    path("<uuid:id>/participants/", held.participate, name="participate"),
    path("<uuid:id>/invite/", calling.invite, name="invite"),
    path("<uuid:id>/answer/", calling.answer, name="answer"),
    path("<uuid:id>/attendance/", calling.attendance, name="attendance"),
    path("<uuid:id>/guests/", calling.guest_add, name="guest_add"),
    *files.paths(held.PAGES),
    path("<uuid:id>/edit/", held.activity_edit, name="activity_edit"),
    path("<uuid:id>/withdraw/", held.activity_withdraw, name="activity_withdraw"),
]
