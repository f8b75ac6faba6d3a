"""The practice under load: 20 requests a second on two web workers, for five minutes.

Run with ``python benchmarks/practice_load.py`` (``--seconds 20`` for a quick look). Starts the
demo, signs in as its clinician, and asks for pages as a busy practice would, each at its time
whether or not the one before is answered: what waits in line counts as waiting. Prints one Markdown
row for each kind of page, the errors, and the memory of each process.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np

from anagen.web.demo import PASSWORD

PER_SECOND = 20
# What is asked for, and how often of a hundred times.
MIX = {
    "today": 12, "patients, searched": 14, "a patient's story": 24, "a plan": 8,
    "compare, a slider moves": 10, "compare, all draws": 4, "a session": 6, "a count's form": 6,
    "follow-up": 4, "evidence": 6, "style sheet": 6,
}  # fmt: skip
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@contextmanager
def running() -> Iterator[tuple[str, int]]:
    """The demo, its address and process."""
    command = [sys.executable, "-m", "anagen.cli", "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = ""
        while not (found := re.search(r" is at (\S+)", said)):
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"it ended: {said}")
            said += line
        try:
            yield found[1], process.pid
        finally:
            process.terminate()


async def signed_in(client: httpx2.AsyncClient) -> None:
    """Sign in, waiting for the first worker."""
    for _ in range(300):
        try:
            token = _CSRF.findall((await client.get("/sign-in")).text)[0]
            break
        except httpx2.TransportError:
            await asyncio.sleep(0.2)
    else:
        raise SystemExit("no worker answers")
    form = {"csrf": token, "email": "clinician@demo.example", "password": PASSWORD, "to": "/"}
    answer = await client.post("/sign-in", data=form)
    assert answer.status_code == 303, answer.text


async def addresses(client: httpx2.AsyncClient) -> dict[str, list[str]]:
    """For each kind of page, where to find some."""
    listed = await client.get("/patients")
    people = sorted(set(re.findall(r'href="(/patients/[0-9a-f-]{36})"', listed.text)))
    found: dict[str, list[str]] = defaultdict(list)
    for person in people:
        story = await client.get(person)
        for kind, pattern in (("a plan", "plans"), ("a session", "sessions")):
            links = re.findall(rf'href="({person}/{pattern}/[0-9a-f-]{{36}})"', story.text)
            found[kind] += links
        if f"{person}/plans/" in story.text:
            found["follow-up"].append(f"{person}/followup")
    sheet = re.findall(r'href="(/static/anagen\.css[^"]*)"', listed.text)
    return found | {
        "today": ["/"],
        "patients, searched": [f"/patients?q={word}" for word in ("a", "sol", "ma", "1")],
        "a patient's story": people,
        "compare, all draws": [f"{person}/compare" for person in people],
        "compare, a slider moves": [f"{person}/compare" for person in people],
        "a count's form": [f"{person}/counts/new" for person in people],
        "evidence": ["/evidence", "/evidence/views/forest"],
        "style sheet": sheet,
    }


def slid(address: str, chance: random.Random) -> str:
    """An address of the comparison with a slider somewhere."""
    needle_mm = chance.choice((0.4, 0.6, 0.8, 1.0, 1.2, 1.5))
    course = f"sessions={chance.randint(3, 12)}&{{0}}.interval_days=14&{{0}}.topical=minoxidil:5"
    both = "&".join(
        f"{key}.device=pen&{key}.needle_mm={needle_mm}&{key}.{course.format(key)}&{key}.hold_hours=24"
        for key in "ab"
    )
    return f"{address}?{both}&weeks=52&draws=few"


def memory_mb(parent: int) -> dict[int, tuple[str, float, float]]:
    """For each process, what it is, its resident memory and the part that is its own data."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
        except OSError:
            continue
        if int(told["PPid"]) == parent and "RssAnon" in told:
            resident, own = (int(told[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))
            found[int(told["Pid"])] = (told["Name"].strip(), resident, own)
    return found


async def load(at: str, process: int, seconds: float) -> None:
    """Ask, and print what came of it."""
    chance, took = random.Random(0), defaultdict(list)
    wrong: Counter[str] = Counter()
    most: dict[int, tuple[float, float]] = {}
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50)
    async with httpx2.AsyncClient(base_url=at, timeout=30, limits=limits) as client:
        client.headers |= {"origin": at, "sec-fetch-site": "same-origin"}
        await signed_in(client)
        places = await addresses(client)
        kinds = [kind for kind in MIX if places.get(kind)]

        async def one(kind: str, asked_at: float) -> None:
            address = chance.choice(places[kind])
            if kind == "compare, a slider moves":
                address = slid(address, chance)
            try:
                answer = await client.get(address)
                if answer.status_code != 200:
                    wrong[f"{answer.status_code} of {kind}"] += 1
            except httpx2.HTTPError as fault:
                wrong[f"{type(fault).__name__} of {kind}"] += 1
            took[kind].append(time.perf_counter() - asked_at)

        begin, tasks = time.perf_counter(), []
        for number in range(round(seconds * PER_SECOND)):
            due = begin + number / PER_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            kind = chance.choices(kinds, [MIX[each] for each in kinds])[0]
            tasks.append(asyncio.create_task(one(kind, due)))
            if number % (5 * PER_SECOND) == 0:
                for pid, (_, resident, own) in memory_mb(process).items():
                    before = most.get(pid, (0.0, 0.0))
                    most[pid] = max(before[0], resident), max(before[1], own)
        await asyncio.gather(*tasks)
        lasted = time.perf_counter() - begin
    every = np.concatenate(list(took.values()))
    print(f"\n{len(every)} requests in {lasted:.0f} s, errors: {dict(wrong) or 'none'}\n")
    print("| page | requests | median, ms | p95, ms | worst, ms |\n|---|---|---|---|---|")
    for kind, seen in [*sorted(took.items()), ("**all**", every.tolist())]:
        middle, high = np.quantile(seen, [0.5, 0.95])
        times = " | ".join(f"{1e3 * value:.0f}" for value in (middle, high, max(seen)))
        print(f"| {kind} | {len(seen)} | {times} |")
    print("\n| process | most resident, MB | of it its own data, MB |\n|---|---|---|")
    for name, (resident, own) in zip(_PROCESSES, sorted_by_start(most), strict=False):
        print(f"| {name} | {resident:.0f} | {own:.0f} |")


_PROCESSES = ("resource tracker", "model", "worker of long work", "web worker 1", "web worker 2")


def sorted_by_start(most: dict[int, tuple[float, float]]) -> list[tuple[float, float]]:
    """In the order in which `anagen serve` starts them."""
    return [most[pid] for pid in sorted(most)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=300.0)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} processors, load before: {os.getloadavg()[0]:.1f}")
    with running() as (at, process):
        asyncio.run(load(at, process, asked.seconds))


if __name__ == "__main__":
    main()
