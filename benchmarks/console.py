"""The console under load: a real server process over loopback, SQLite with synchronous=FULL, then PostgreSQL.

Prints inspections accepted and decided a second with 64 connections that each wait for their answer, then the latency
at a steady 200 a second; both under the rules that ask no registries. To reach on 4 cores: 2,000/s on SQLite, 1,500/s
on PostgreSQL, both with synchronous commit. Four in five are nationals leaving, one in five is a visitor without a
landing record, for whom a case is opened.

The server's processor time is the figure to compare between busy machines.
"""

from __future__ import annotations

import os
import time

from benchmarks import load

MEASURED = 6_000
STEADY_RATE = 200
STEADY_SECONDS = 10


def main() -> None:
    print(f"{os.cpu_count()} cores here, shared by server, database and load; load average {os.getloadavg()[0]:.1f}")
    for name, postgresql in (("SQLite", False), ("PostgreSQL", True)):
        keys = load.gates(1)
        with load.server(keys, postgresql=postgresql) as server:
            print(f"\n{name}")
            _print_at_once(server, keys)
            latencies = load.run(_steadily(server, keys))
            print(f"at {STEADY_RATE}/s: {load.percentiles(latencies)}")


def _print_at_once(server: load.Server, keys: load.Keys) -> None:
    load.run(load.at_once(server.port, load.requests(keys, 500)))
    measured = load.requests(keys, MEASURED)
    server_before, load_before = load.processor_seconds(server.pid), time.process_time()
    seconds = load.run(load.at_once(server.port, measured))
    spent = {
        "server": load.processor_seconds(server.pid) - server_before,
        "load": time.process_time() - load_before,
    }
    print(f"accepted and decided: {MEASURED / seconds:,.0f} inspections/s over {load.CONNECTIONS} connections")
    for name, cpu in spent.items():
        print(f"{name}: {cpu / MEASURED * 1e6:,.0f} µs of processor an inspection, {cpu / seconds:.0%} of a core")
    print(f"server memory, peak: {load.peak_megabytes(server.pid):.0f} MB")


async def _steadily(server: load.Server, keys: load.Keys) -> list[float]:
    return await load.steadily(server.port, load.requests(keys, STEADY_RATE * STEADY_SECONDS), STEADY_RATE, {})


if __name__ == "__main__":
    main()
