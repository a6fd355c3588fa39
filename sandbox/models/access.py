"""What a user may see and do. Superusers may do everything, administrators of an organization all that is in it."""

from sandbox.models import (
    AdHocJob,
    ApprovalJob,
    Credential,
    Inventory,
    InventoryUpdateJob,
    Job,
    Organization,
    SystemJob,
    Template,
    User,
    Workflow,
    WorkflowJob,
)


def administers(user: User, organization: Organization) -> bool:
    return user.is_superuser or user.username in organization.admins


def may_read(user: User, template: Template | Workflow) -> bool:
    return administers(user, template.organization) or user.username in template.readers


def may_start(user: User, template: Template | Workflow) -> bool:
    return administers(user, template.organization) or user.username in template.executors


def may_use(user: User, resource: Inventory | Credential) -> bool:
    return administers(user, resource.organization) or user.username in resource.users


def may_read_job(user: User, job: Job) -> bool:
    """Project updates can be read by whoever started what needed them, system jobs by superusers alone."""
    if isinstance(job, SystemJob):
        return user.is_superuser
    if isinstance(job, ApprovalJob) and job.node:
        return may_read_job(user, job.node.workflow_job)
    if isinstance(job, InventoryUpdateJob):
        return may_use(user, job.source.inventory)
    if isinstance(job, AdHocJob) and job.prompts.inventory:
        return may_use(user, job.prompts.inventory)
    template = job.workflow if isinstance(job, WorkflowJob) and job.workflow else job.template
    return may_read(user, template) if template else _made_or_administers(user, job)


def may_cancel(user: User, job: Job) -> bool:
    """An execute role is not enough: only who started the job, or an administrator."""
    return _made_or_administers(user, job)


def may_decide(user: User, approval: ApprovalJob) -> bool:
    """To have started the workflow is not enough."""
    return administers(user, approval.organization)


def _made_or_administers(user: User, job: Job) -> bool:
    return bool(job.created_by and user.id == job.created_by.id) or administers(user, job.organization)
