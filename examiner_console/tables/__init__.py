"""The console's tables. Instants are UTC, whole microseconds since 1970, so that both databases keep them exactly.

No table relies on serial numbers, and nothing is updated that the ledger covers: a changed decision is a new version.
"""

from __future__ import annotations

from examiner_console.tables.ground import EPOCH, Instant, metadata, microseconds
from examiner_console.tables.hall import (
    cases,
    decisions,
    events,
    inspections,
    landings,
    registry_answers,
    spot_ins,
    stations,
)
from examiner_console.tables.monitoring import (
    fleet_modes,
    gate_locks,
    gate_orders,
    gate_reports,
    gate_sightings,
    gate_watches,
)
from examiner_console.tables.people import broken_glass, key_ceremonies, officers, security_keys, sessions
from examiner_console.tables.procedures import (
    departure_holds,
    departure_orders,
    hearing_entries,
    hearings,
    leavings,
    protection_entries,
    protection_files,
    registered_prints,
    registration_terms,
    registrations,
    silent_alarms,
    watchlist_settlements,
    watchlist_versions,
)
from examiner_console.tables.record import (
    actions,
    category_keys,
    checkpoints,
    evidence,
    evidence_keys,
    export_requests,
    ledger,
    ledger_tiles,
    receipts,
)
from examiner_console.tables.ships import ship_calls, ship_lines, ship_manifests, ship_scans, special_landings

__all__ = [
    "EPOCH",
    "Instant",
    "actions",
    "broken_glass",
    "cases",
    "category_keys",
    "checkpoints",
    "decisions",
    "departure_holds",
    "departure_orders",
    "events",
    "evidence",
    "evidence_keys",
    "export_requests",
    "fleet_modes",
    "gate_locks",
    "gate_orders",
    "gate_reports",
    "gate_sightings",
    "gate_watches",
    "hearing_entries",
    "hearings",
    "inspections",
    "key_ceremonies",
    "landings",
    "leavings",
    "ledger",
    "ledger_tiles",
    "metadata",
    "microseconds",
    "officers",
    "protection_entries",
    "protection_files",
    "receipts",
    "registered_prints",
    "registration_terms",
    "registrations",
    "registry_answers",
    "security_keys",
    "sessions",
    "ship_calls",
    "ship_lines",
    "ship_manifests",
    "ship_scans",
    "silent_alarms",
    "special_landings",
    "spot_ins",
    "stations",
    "watchlist_settlements",
    "watchlist_versions",
]
