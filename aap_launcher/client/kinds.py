"""The table of kinds. What stands here was seen on AWX 24.6.1; OPTIONS tells none of it."""

from __future__ import annotations

from collections.abc import Mapping

from aap_launcher.client.kind import Action, Kind

_UPDATE = Action("update", "Start its update.", starts=True)
_LAUNCH = Action("launch", "Launch it.", starts=True)
_CANCEL = Action("cancel", "Ask for its cancel.")
_RELAUNCH = Action("relaunch", "Run it again.", starts=True, fields=("hosts", "credential_passwords"))
_COPY = Action("copy", "Make a copy under another name.", fields=("name",))
_RUNS = ("id", "name", "status", "started", "elapsed")
_NOTIFIED = (
    "notification_templates_started",
    "notification_templates_success",
    "notification_templates_error",
)
_APPROVALS = "notification_templates_approvals"
_PROMPTS = ("labels", "credentials", "instance_groups")
_NODES = ("success_nodes", "failure_nodes", "always_nodes")

# fmt: off
_ROWS = (
    # --- what is launched
    Kind("job_templates", "job_template", ("jt", "jts"), owner=("organization",), owner_of="project",
         actions=(_LAUNCH, _COPY),
         columns=("id", "name", "inventory", "project", "playbook", "status", "last_job_run"),
         needs=("project", "playbook", "inventory|ask_inventory_on_launch"), text=("extra_vars",),
         attach=(*_PROMPTS, *_NOTIFIED)),
    Kind("workflow_job_templates", "workflow_job_template",
         ("wfjt", "wfjts", "workflow", "workflows", "workflow_template", "workflow_templates"),
         owner=("organization",), actions=(_LAUNCH, _COPY),
         columns=("id", "name", "organization", "status", "last_job_run"), text=("extra_vars",),
         attach=("labels", *_NOTIFIED, _APPROVALS)),
    Kind("workflow_job_template_nodes", "workflow_job_template_node",
         ("wfjtn", "wfjt_node", "wfjt_nodes", "workflow_node", "workflow_nodes", "node", "nodes"),
         key="identifier", owner=("workflow_job_template",),
         columns=("id", "identifier", "workflow_job_template", "unified_job_template"),
         once=("workflow_job_template",), attach=(*_PROMPTS, *_NODES)),
    Kind("system_job_templates", "system_job_template",
         actions=(Action("launch", "Launch it.", starts=True, fields=("extra_vars",)),),
         columns=("id", "name", "job_type", "status", "last_job_run"), attach=_NOTIFIED),
    Kind("unified_job_templates", "unified_job_template", ("ujt", "template", "templates"),
         columns=("id", "type", "name", "status", "last_job_run"),
         same_ids=("job_templates", "workflow_job_templates", "projects", "inventory_sources", "system_job_templates")),
    Kind("schedules", "schedule", owner=("unified_job_template",),
         columns=("id", "name", "unified_job_template", "enabled", "next_run"), attach=_PROMPTS),
    # --- runs
    Kind("jobs", "job", actions=(_CANCEL, _RELAUNCH), columns=_RUNS, text=("extra_vars",), newest_first=True),
    Kind("workflow_jobs", "workflow_job", ("wfj",),
         actions=(_CANCEL, Action("relaunch", "Run it again.", starts=True)), columns=_RUNS,
         text=("extra_vars",), newest_first=True),
    Kind("workflow_job_nodes", "workflow_job_node", key="identifier", owner=("workflow_job",),
         newest_first=True, columns=("id", "identifier", "workflow_job", "job", "do_not_run")),
    Kind("workflow_approvals", "workflow_approval", ("approval", "approvals"),
         actions=(Action("approve", "Approve it."), Action("deny", "Deny it.")),
         columns=("id", "name", "status", "created"), newest_first=True),
    Kind("project_updates", "project_update", actions=(_CANCEL,), columns=_RUNS, newest_first=True),
    Kind("inventory_updates", "inventory_update", actions=(_CANCEL,), columns=_RUNS, newest_first=True),
    Kind("system_jobs", "system_job", actions=(_CANCEL,), columns=_RUNS, newest_first=True),
    Kind("ad_hoc_commands", "ad_hoc_command", ("ad_hoc", "adhoc"),
         actions=(_CANCEL, Action("relaunch", "Run it again.", starts=True)),
         columns=("id", "name", "status", "module_name", "module_args", "started", "elapsed"),
         needs=("inventory", "credential", "module_args|module_name"), text=("extra_vars",), newest_first=True),
    Kind("unified_jobs", "unified_job", ("uj", "run", "runs"),
         columns=("id", "type", "name", "status", "started", "elapsed"), newest_first=True,
         same_ids=("jobs", "workflow_jobs", "project_updates", "inventory_updates", "system_jobs",
                   "ad_hoc_commands", "workflow_approvals")),
    # --- where they run
    Kind("inventories", "inventory", ("inv", "smart_inventory"), owner=("organization",),
         actions=(Action("update_inventory_sources", "Start the updates of all its sources."), _COPY),
         columns=("id", "name", "organization", "kind", "total_hosts"), once=("kind",), text=("variables",),
         attach=("instance_groups", "labels", "hosts", "groups"), same_ids=("constructed_inventories",)),
    Kind("constructed_inventories", "constructed_inventory", owner=("organization",),
         columns=("id", "name", "organization", "total_hosts"), text=("variables", "source_vars"),
         below="inventories", attach=("input_inventories", "instance_groups", "labels"), same_ids=("inventories",)),
    Kind("hosts", "host", owner=("inventory",), columns=("id", "name", "inventory", "enabled", "last_job"),
         once=("inventory",), text=("variables",), attach=("groups",)),
    Kind("groups", "group", owner=("inventory",), columns=("id", "name", "inventory"), once=("inventory",),
         text=("variables",), attach=("hosts", "children")),
    Kind("inventory_sources", "inventory_source", ("source", "sources"), owner=("inventory",),
         actions=(_UPDATE,), columns=("id", "name", "inventory", "source", "status", "last_updated"),
         needs=("source",), once=("inventory",), text=("source_vars",), attach=_NOTIFIED),
    Kind("host_metrics", "host_metric", key="hostname",
         columns=("id", "hostname", "last_automation", "automated_counter")),
    Kind("host_metric_summary_monthly", "host_metric_summary_monthly", key="date",
         columns=("id", "date", "license_consumed", "hosts_added", "hosts_deleted")),
    Kind("projects", "project", owner=("organization",), actions=(_UPDATE, _COPY),
         columns=("id", "name", "organization", "scm_type", "scm_branch", "status", "last_updated"),
         attach=_NOTIFIED),
    Kind("execution_environments", "execution_environment", ("ee", "ees"), actions=(_COPY,),
         columns=("id", "name", "image", "organization", "pull")),
    Kind("instances", "instance", key="hostname",
         columns=("id", "hostname", "node_type", "node_state", "capacity"),
         actions=(Action("health_check", "Check it now."),), attach=("instance_groups",)),
    Kind("instance_groups", "instance_group", ("ig", "igs"),
         columns=("id", "name", "capacity", "is_container_group"), attach=("instances",)),
    Kind("receptor_addresses", "receptor_address", key="address",
         columns=("id", "address", "port", "protocol", "instance")),
    # --- secrets
    Kind("credentials", "credential", ("cred", "creds"), owner=("organization", "credential_type"),
         actions=(_COPY,), columns=("id", "name", "credential_type", "organization"),
         needs=("user|team|organization",), once=("user", "team"), secret=("inputs",)),
    Kind("credential_types", "credential_type", owner=("kind",), columns=("id", "name", "kind", "managed")),
    Kind("credential_input_sources", "credential_input_source", key="input_field_name",
         owner=("target_credential",),
         columns=("id", "input_field_name", "target_credential", "source_credential")),
    Kind("applications", "application", ("app", "apps"), owner=("organization",),
         columns=("id", "name", "organization", "client_type", "authorization_grant_type"),
         once=("authorization_grant_type",)),
    Kind("tokens", "token", key="", columns=("id", "description", "scope", "expires"), once=("application",)),
    # --- who
    Kind("organizations", "organization", ("org", "orgs"),
         attach=("users", "admins", "instance_groups", "galaxy_credentials", *_NOTIFIED, _APPROVALS),
         columns=("id", "name", "description")),
    Kind("users", "user", key="username",
         columns=("id", "username", "first_name", "last_name", "email", "is_superuser"), needs=("password",),
         attach=("roles",)),
    Kind("teams", "team", owner=("organization",), columns=("id", "name", "organization"),
         attach=("users", "roles")),
    Kind("roles", "role", key="", columns=("id", "name", "description"), attach=("users", "teams")),
    Kind("role_definitions", "role_definition", columns=("id", "name", "content_type", "managed")),
    Kind("role_user_assignments", "role_user_assignment", key="",
         columns=("id", "user", "role_definition", "object_id"), needs=("user|user_ansible_id",)),
    Kind("role_team_assignments", "role_team_assignment", key="",
         columns=("id", "team", "role_definition", "object_id"), needs=("team|team_ansible_id",)),
    # --- words
    Kind("labels", "label", owner=("organization",), columns=("id", "name", "organization")),
    Kind("notification_templates", "notification_template", ("nt", "notification_template"),
         owner=("organization",), actions=(Action("test", "Send a test."), _COPY),
         columns=("id", "name", "organization", "notification_type"), needs=("notification_configuration",),
         secret=("notification_configuration",)),
    Kind("notifications", "notification", key="subject", newest_first=True,
         columns=("id", "subject", "notification_type", "status", "created")),
    Kind("activity_stream", "activity", ("activities", "activity_streams"), key="", newest_first=True,
         columns=("id", "timestamp", "operation", "object1", "object2")),
)
# fmt: on

KINDS: Mapping[str, Kind] = {row.name: row for row in _ROWS}
