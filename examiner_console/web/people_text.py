"""The two tables of `permissions` as `docs/people.md`; run it and send what it writes there."""

from __future__ import annotations

import sys
from typing import Final

from examiner_console.web.duties import DEEDS, ROLES
from examiner_console.web.permissions import BROKEN, PAGES, PROGRAMS, Permission, Role, home, permitted

HEAD: Final = """# People and what they may do

Generated from `examiner_console/web/permissions.py` by `python -m examiner_console.web.people_text > docs/people.md`; a
test compares the two, another asks every address over HTTP as every role.

    python -m examiner_console officer add --name hoshikawa --role inspector --display "K. Hoshikawa" --password-stdin

An officer has one role. Officers stored as `supervisor`, the only kind there used to be, are shift supervisors.
Whatever a role may not do answers 403 with a sentence, on the page and to its script alike.

A gate assistant and a technician have no screen here: they may log in, and see no traveller beyond what stands
here. Pictures are seen by those who judge persons; an auditor and a privacy officer
read the record without them. Nobody settles a change of the watchlist that they proposed, whatever their role became.

Who may break the glass does so on `/duties`, with a reason and the password once more: for fifteen minutes they may see
who waits and decide at a booth, whatever their role ({broken}).
Everyone who is logged in reads who and why within five seconds, and each deed carries it in the record. It ends by
itself or before; a clock that is set back before its beginning ends it too, one set back within it makes it longer.

A session ends after 30 minutes in which nobody asked for anything, and with the shift after 12 hours. Its page asks
every five seconds and then locks itself: what it shows is hidden, what is typed is kept, and it goes on once the same
officer has logged in there. Another officer begins at their own first screen. A silent console locks no page."""


def page() -> str:
    head = HEAD.replace("{broken}", ", ".join(f"`{one}`" for one in sorted(BROKEN)))
    return f"{head}\n\n## Roles\n\n{_roles()}\n\n## Addresses\n\n{_addresses()}\n"


def _roles() -> str:
    lines = [
        f"| role | stored as | {' | '.join(DEEDS.values())} | begins at |",
        "|---|---|" + "---|" * (len(DEEDS) + 1),
    ]
    for role, name in ROLES.items():
        marks = " | ".join("yes" if permitted(role, deed) else "–" for deed in DEEDS)
        lines.append(f"| {name} | `{role}` | {marks} | `{home(role)}` |")
    return "\n".join(lines)


def _addresses() -> str:
    lines = ["| address | permission | roles |", "|---|---|---|"]
    lines += [
        f"| `{method} {path}` | {permission} | {_who(permission)} |" for (method, path), permission in PAGES.items()
    ]
    lines += [f"| `{method} {path}` | for programs | without log-in |" for method, path in sorted(PROGRAMS)]
    lines.append("| `/v1/…` | for stations | none: a station signs what it sends |")
    return "\n".join(lines)


def _who(permission: Permission) -> str:
    if permission is Permission.ANYONE:
        return "without log-in"
    roles = [role for role in Role if permitted(role, permission)]
    return "all" if len(roles) == len(Role) else ", ".join(roles)


if __name__ == "__main__":
    sys.stdout.write(page())
