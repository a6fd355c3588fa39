"""What the controller demands of a notification template, by its type."""

from sandbox.replies import Refused
from sandbox.resources.proposal import Proposal, Values
from sandbox.resources.reading import Errors

# type of a notification: the keys that its configuration must have
CONFIGURATION: dict[str, tuple[str, ...]] = {
    "webhook": ("url", "headers"),
    "slack": ("token", "channels"),
    "mattermost": ("mattermost_url", "mattermost_no_verify_ssl"),
    "rocketchat": ("rocketchat_url", "rocketchat_no_verify_ssl"),
    "irc": ("server", "port", "nickname", "password", "use_ssl", "targets"),
    "pagerduty": ("subdomain", "token", "service_key", "client_name"),
    "grafana": ("grafana_url", "grafana_key"),
    "twilio": ("account_sid", "account_token", "from_number", "to_numbers"),
    "email": ("host", "port", "username", "password", "use_tls", "use_ssl", "sender", "recipients"),
}
# type of a notification: what it has where nothing was given
MADE_UP: dict[str, Values] = {
    "webhook": {"disable_ssl_verification": False, "username": "", "password": ""},
    "awssns": dict.fromkeys(
        ("aws_region", "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "sns_topic_arn"), ""
    ),
}
SECRETS = frozenset({"password", "token", "account_token", "grafana_key"})


def check(of: Proposal) -> Errors:
    """What is wrong with a notification template; what it leaves out is filled in, what is hidden is kept."""
    configuration = of.values["notification_configuration"]
    if not isinstance(configuration, dict):
        raise Refused(500, {"detail": "A server error has occurred."})
    kind = of.values["notification_type"]
    needed = CONFIGURATION.get(kind, ())
    if missing := [name for name in needed if name not in configuration]:
        words = f"Missing required fields for Notification Configuration: {missing}."
        return {"__all__": [words]}
    if wrong := _wrong_webhook(configuration) if kind == "webhook" else []:
        return {"__all__": wrong}
    configuration = {**MADE_UP.get(kind, {}), **configuration}
    before = (of.old.values["notification_configuration"] if of.old else None) or {}
    of.values["notification_configuration"] = {
        name: before.get(name, value) if value == "$encrypted$" else value
        for name, value in configuration.items()
    }
    return {}


def _wrong_webhook(configuration: Values) -> list[str]:
    types = {"url": (str, "string"), "headers": (dict, "object")}
    wrong = [
        f"Configuration field '{name}' incorrect type, expected {named}."
        for name, (kind, named) in types.items()
        if not isinstance(configuration[name], kind)
    ]
    if not wrong and configuration.get("http_method", "POST") not in {"POST", "PUT"}:
        wrong.append("HTTP method must be either 'POST' or 'PUT'.")
    return wrong
