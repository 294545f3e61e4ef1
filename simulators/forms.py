"""Pressing buttons of server-rendered pages: the forms of a page, as a browser without script would submit them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2


class NoSuchForm(Exception):
    """The page has no form that leads there; `actions` are those it has."""

    def __init__(self, suffix: str, actions: list[str]) -> None:
        super().__init__(f"no form for {suffix} among {', '.join(actions) or 'none'}")
        self.actions = actions


@dataclass(slots=True)
class PageForm:
    """Where a form posts to, and what its fields hold before anybody types."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = PageForm(values.get("action", ""))
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and values.get("type") in ("radio", "checkbox"):
            if "checked" in values:
                self._open.fields[values.get("name", "")] = values.get("value", "on")
        elif tag in ("input", "textarea") and values.get("name"):
            self._open.fields[values["name"]] = values.get("value", "")
        elif tag == "select":
            self._select = values.get("name")
        elif tag == "option" and self._select and ("selected" in values or self._select not in self._open.fields):
            self._open.fields[self._select] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None


def forms(html: str) -> list[PageForm]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


class Browser:
    """A person's browser without script: keeps cookies, follows redirects, remembers the page it shows."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=url, follow_redirects=True, timeout=15.0, trust_env=False, headers={"origin": url}
        )
        self.page = ""
        self.path = ""

    async def close(self) -> None:
        await self._http.aclose()

    async def go(self, path: str) -> int:
        return self._show(await self._http.get(path))

    async def submit(self, suffix: str, values: Mapping[str, str] | None = None) -> int:
        """Submit the form of this page whose action ends with `suffix`; the status of what came. Raise NoSuchForm."""
        found = forms(self.page)
        form = next((form for form in found if form.action.endswith(suffix)), None)
        if form is None:
            raise NoSuchForm(suffix, [form.action for form in found])
        return self._show(await self._http.post(form.action or self.path, data=form.fields | dict(values or {})))

    async def post(self, path: str, values: Mapping[str, str]) -> int:
        """What a script of the page would post beside its forms, under the page's own form token; the page stays."""
        token = next((form.fields["form_token"] for form in forms(self.page) if "form_token" in form.fields), "")
        return (await self._http.post(path, data={"form_token": token, **values})).status_code

    def has(self, suffix: str) -> bool:
        return any(form.action.endswith(suffix) for form in forms(self.page))

    def _show(self, answer: httpx2.Response) -> int:
        self.page, self.path = answer.text, answer.url.path
        return answer.status_code
