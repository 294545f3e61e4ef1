"""The page `/waiting`: the public display of the arrival hall, without log-in and without anybody's data.

Its script asks again every little while, and says that the wait is not known once answers stop; without scripts the
browser reloads it.
"""

from __future__ import annotations

from typing import Final

from fastapi import Response

from examiner_console.web.hall_display import words
from examiner_console.web.visits import VisitDep

REFRESH_SECONDS: Final = 30


async def display(visit: VisitDep) -> Response:
    hall = await visit.desk.hall.hall()
    return visit.page("hall_display.html", hall=hall, words=words(), refresh=REFRESH_SECONDS)
