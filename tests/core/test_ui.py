"""The components say what they promise: words beside marks, escaped input, kept filters, a field tied to its error."""

import re
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.template.exceptions import TemplateSyntaxError
from django.test import RequestFactory
from django.test.html import parse_html

from core.templatetags import ui


def render(source: str, *, query: dict[str, str] | None = None, **context: Any) -> str:
    request = RequestFactory().get("/standing/", query or {})
    template = engines["django"].from_string("{% load ui %}" + source)
    return template.render({"messages": [], **context}, request)


class Contact(forms.Form):
    held_on = forms.DateField(label="日期", widget=forms.DateInput)
    place = forms.CharField(label="地点", required=False, help_text="门牌可以不写")
    mode = forms.ChoiceField(label="方式", choices=[("visit", "走访")], widget=forms.RadioSelect)


@pytest.mark.parametrize("name", sorted(ui.STATES))
def test_every_state_has_a_word_and_a_mark(name: str) -> None:
    shown = render("{% state name %}", name=name)
    assert ui.STATES[name].word in shown
    assert f"#{ui.STATES[name].mark}" in shown


def test_what_is_owed_is_amber_while_the_period_is_open_and_red_after_it() -> None:
    assert "lx-state--open" in render('{% state "outstanding" n=1 unit="次" %}')
    assert "尚差 1 次" in render('{% state "outstanding" n=1 unit="次" %}')
    closed = render('{% state "outstanding" n=1 unit="次" closed=True %}')
    assert "lx-state--overdue" in closed
    assert "未完成 差 1 次" in closed


def test_what_lies_above_a_limit_is_said_with_its_number() -> None:
    shown = render('{% state "exceeded" n=1 unit="次" %}')
    assert "超出 1 次" in shown
    assert "lx-state--exceeded" in shown


def test_a_shortened_state_still_tells_a_screen_reader_what_it_is() -> None:
    assert '<span class="visually-hidden">已完成：</span>' in render('{% state "met" label="4" %}')


def test_a_state_named_in_words_of_its_own_is_not_read_out_as_another() -> None:
    shown = render('{% state "submitted" label="办理中" %}')
    assert "办理中" in shown
    assert "待接收" not in shown


def test_a_word_that_is_no_state_is_refused() -> None:
    with pytest.raises(KeyError):
        render('{% state "fine" %}')


def test_a_component_called_with_an_unknown_option_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError):
        render('{% figure value=1 label="x" colour="red" %}')


def test_what_people_typed_is_escaped_and_what_the_page_wrote_is_not() -> None:
    shown = render(
        "{% page_header title=title %}<a href='/x/'>{{ title }}</a>{% endpage_header %}", title="<b>李·某某</b>"
    )
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;李·某某&lt;/b&gt;") == 2
    assert "<a href='/x/'>" in shown


def test_a_figure_leads_to_its_records_and_carries_its_definition() -> None:
    shown = render('{% figure value="96.7%" numerator=290 denominator=300 label="覆盖" href="/r/" definition="定义" %}')
    assert '<a class="lx-figure__door" href="/r/">96.7%</a>' in shown
    assert "290 / 300" in shown
    assert re.search(r"<details[^>]*><summary>覆盖", shown), "the label itself opens the definition"
    assert "<details" not in render('{% figure value=3 label="新增" %}')


def test_a_figure_that_does_not_apply_is_a_dash_and_zero_is_zero() -> None:
    assert "—" in render('{% figure value=None label="x" unit="人" %}')
    assert "人" not in render('{% figure value=None label="x" unit="人" %}')
    assert ">0<" in render('{% figure value=0 label="x" href="/r/" %}')


def test_a_clause_opens_without_script() -> None:
    shown = render('{% clause ref="三（二）" title="到站履职" document="某办法" href="/c/" %}')
    assert shown.startswith("<details")
    assert 'href="/c/"' in shown


def test_a_refused_field_is_tied_to_its_error_and_asked_for_by_name() -> None:
    shown = render(
        "{% form_errors form %}{% field form.held_on %}{% field form.mode segments=True %}",
        form=Contact({"held_on": ""}),
    )
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_held_on-error"' in shown
    assert 'id="id_held_on-error"' in shown
    assert "请填写日期。" in shown
    assert "请选择方式。" in shown
    assert '<a href="#id_held_on">请填写日期。</a>' in shown, "the name is not said twice"


def test_a_form_nobody_sent_shows_no_refusal() -> None:
    assert "lx-refusal" not in render("{% form_errors form %}", form=Contact())


def test_a_date_becomes_a_date_picker_and_help_stays_with_its_field() -> None:
    shown = render("{% field form.held_on %}{% field form.place %}", form=Contact())
    assert 'type="date"' in shown
    assert 'aria-describedby="id_place-help"' in shown
    assert "选填" in shown


def test_turning_the_page_keeps_the_filters() -> None:
    page = Paginator(range(300), 40).page(2)
    shown = render("{% pager page %}", query={"sector": "s1", "page": "2"}, page=page)
    assert 'href="?sector=s1&amp;page=3"' in shown
    assert "第 41–80 条，共 300 条" in shown


def test_one_page_needs_no_pager() -> None:
    assert render("{% pager page %}", page=Paginator(range(3), 40).page(1)).strip() == ""


def test_sorting_again_turns_the_order_round_and_starts_at_page_one() -> None:
    shown = render('{% sort "name" "姓名" %}', query={"sort": "name", "page": "3", "sector": "s1"})
    assert 'aria-sort="ascending"' in shown
    assert "sort=-name" in shown
    assert "page=" not in shown
    assert "sector=s1" in shown


def test_filters_can_be_cleared_once_there_are_some() -> None:
    assert "清除" not in render("{% filter_bar %}{% endfilter_bar %}", query={"sort": "name"})
    assert "清除" in render("{% filter_bar %}{% endfilter_bar %}", query={"sector": "s1"})
    assert "清除" not in render("{% filter_bar clearable=False %}{% endfilter_bar %}", query={"period": "2022-10"})


def test_filters_stay_open_on_a_phone_while_something_is_filtered() -> None:
    assert "checked" not in render("{% filter_bar %}{% endfilter_bar %}")
    assert "checked" in render("{% filter_bar %}{% endfilter_bar %}", query={"sector": "s1"})


def test_a_button_that_writes_is_a_post_with_its_token() -> None:
    shown = render('{% post_button "/x/" "确认" about="李·某某" %}', csrf_token="t0ken")
    assert 'method="post"' in shown
    assert "csrfmiddlewaretoken" in shown


def test_a_drop_down_is_drawn_as_django_draws_it() -> None:
    class Asked(forms.Form):
        kind = forms.ChoiceField(
            choices=[("", "全部"), ("a<b", "甲&乙"), ("组", [("c", "丙"), ("d", "丁")])],
            widget=forms.Select(attrs={"data-x": "1"}),
        )

    for given in (None, {"kind": "a<b"}, {"kind": "d"}, {"kind": "无"}):
        bound = Asked(given)["kind"]
        ours = ui._select(bound, bound.field.widget, {"class": "form-select"})
        theirs = bound.as_widget(attrs={"class": "form-select"})
        assert parse_html(ours) == parse_html(theirs)
