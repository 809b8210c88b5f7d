"""What the OpenAPI says of a method: one line above it, so that golden file, schema tests and code cannot differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from api.fields import Strict
from api.refusals import Refusal

Method = TypeVar("Method", bound=Callable[..., Any])
WHY = {
    400: "The JSON, or a header, cannot be read", 401: "Not signed in, or the token is void", 403: "Not allowed",
    404: "Not here, or not yours to see", 406: "Only application/json is served", 409: "As things stand, no",
    412: "Changed since its ETag was read", 413: "Larger than 1 MB", 415: "Only application/json is read",
    422: "Something in it is wrong: see `fields`", 428: "If-Match is needed", 429: "Too many requests this minute",
}  # fmt: skip
ALWAYS = (401, 403, 404, 406, 409, 422, 429)
OF_WRITES = (400, 412, 413, 415)
_ITSELF = re.compile(r"\* `(.*)` - \1\Z")
KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER,
    description="1 to 200 visible ASCII characters; the same request sent again under it is done once",
)  # fmt: skip


def tells(
    id: str,
    summary: str,
    *,
    gives: type[serializers.Serializer],
    asks: type[serializers.Serializer] | None = None,
    takes: type[serializers.Serializer] | None = None,
    status: int = 200,
    match: bool | None = None,
) -> Callable[[Method], Method]:
    """`asks` is the query, `takes` the body, `gives` the answer. `match`: If-Match is needed (True) or heeded (False)."""
    codes = ALWAYS if takes is None else (*ALWAYS, *OF_WRITES, *([428] if match else []))
    answers: dict[int, Any] = {status: OpenApiResponse(gives, description="Done" if takes else "Found")}
    if takes is None:
        answers[304] = OpenApiResponse(description="As If-None-Match says")
    answers |= {code: OpenApiResponse(Refusal, description=WHY[code]) for code in sorted(codes)}
    return extend_schema(  # type: ignore[no-any-return]
        operation_id=id, summary=summary, description="", request=takes, responses=answers, parameters=list(_asked(asks, takes, match))
    )  # fmt: skip


def _asked(asks: Any, takes: Any, match: bool | None) -> Iterator[Any]:
    if asks is not None and asks().fields:
        yield asks
    if takes is None:
        told = "ETags one has; 304 where nothing is different"
        yield OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description=told)
    else:
        yield KEY
    if match is not None:
        told = "the ETag of what is changed, or *"
        yield OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=match, description=told)


class Schema(AutoSchema):
    """Tags by resource."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]


def finished(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """A body with a field nobody knows is refused, and so says the schema; each refusal is described once."""
    known = {one.__name__ for one in _below(Strict)}
    for name, schema in result["components"]["schemas"].items():
        if name in known:
            schema["additionalProperties"] = False
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    refusals = {f"Refused{code}": {"description": why, "content": content} for code, why in WHY.items()}
    result["components"]["responses"] = refusals
    for methods in result["paths"].values():
        for one in methods.values():
            for code in one["responses"]:
                if int(code) in WHY:
                    one["responses"][code] = {"$ref": f"#/components/responses/Refused{code}"}
    _tidy(result)
    return result


def _tidy(node: Any) -> None:
    """Without the library's own marks, and without lists of words that explain a word by itself."""
    if isinstance(node, list):
        for one in node:
            _tidy(one)
    elif isinstance(node, dict):
        node.pop("x-spec-enum-id", None)
        told = node.get("description")
        if isinstance(told, str) and told.startswith("* `"):
            lines = [line for line in told.split("\n") if not _ITSELF.match(line)]
            node["description"] = "\n".join(lines)
            if not lines:
                del node["description"]
        for one in node.values():
            _tidy(one)


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    each: type[Any]
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def openapi() -> dict[str, Any]:
    """The whole schema, from the classes that answer."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


if __name__ == "__main__":  # what the golden file is to hold
    import sys

    import django
    from drf_spectacular.renderers import OpenApiYamlRenderer

    django.setup()
    sys.stdout.buffer.write(OpenApiYamlRenderer().render(openapi(), renderer_context={}))
