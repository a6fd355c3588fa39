"""The jobs which the recorded cases ask about, one for each way in which a job can end."""

from tests.sandbox.conftest import Client

LOCKED, UNREACHABLE, SLOW, LARGE_VALUES = 24, 12, 15, 19
FAILING_PROJECT, ERRORING, TIMES_OUT, ONE_AT_A_TIME = 31, 32, 33, 34


def make_jobs(bot: Client, admin: Client) -> dict[str, str]:
    """Name to number. All are started before the first is waited for."""
    long = {"extra_vars": {"seconds": 600}}
    jobs = {
        "ok": bot.launch(LOCKED),
        "mixed": bot.launch(UNREACHABLE),
        "large": bot.launch(LARGE_VALUES),
        "timeout": bot.launch(TIMES_OUT),
        "error": bot.launch(ERRORING),
        "dependency": bot.launch(FAILING_PROJECT),
        "deleted": bot.launch(ERRORING),
        "running": bot.launch(SLOW, **long),
        "canceled": bot.launch(SLOW, **long),
    }
    jobs |= _blocked(bot, long)
    bot.job_when(jobs["canceled"], lambda job: job["playbook_counts"]["task_count"])
    bot.post(f"jobs/{jobs['canceled']}/cancel/")
    for name, number in jobs.items():
        if name not in {"running", "blocking"}:
            bot.finished(number)
    bot.job_when(jobs["running"], lambda job: job["playbook_counts"]["task_count"])
    admin.send("DELETE", f"/api/v2/jobs/{jobs['deleted']}/")
    explanation = str(bot.job(jobs["dependency"])["job_explanation"])
    update = explanation.rpartition('"job_id": "')[2].partition('"')[0]
    event = bot.events(jobs["mixed"], event="runner_on_unreachable")[0]["id"]
    return {**{name: str(number) for name, number in jobs.items()}, "update": update, "event": str(event)}


def _blocked(bot: Client, long: dict[str, dict[str, int]]) -> dict[str, int]:
    """One job that keeps the next of its template pending, and that next one, canceled before it began."""
    blocking = bot.launch(ONE_AT_A_TIME, **long)
    waiting = bot.launch(ONE_AT_A_TIME)
    bot.post(f"jobs/{waiting}/cancel/")
    bot.post(f"jobs/{blocking}/cancel/")
    return {"blocking": blocking, "canceled_pending": waiting}
