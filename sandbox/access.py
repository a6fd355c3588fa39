"""What a user may see and do. Superusers may do everything."""

from sandbox.models import Credential, Inventory, Job, Template, User


def may_read(user: User, template: Template) -> bool:
    return user.is_superuser or user.username in template.readers


def may_start(user: User, template: Template) -> bool:
    return user.is_superuser or user.username in template.executors


def may_use(user: User, resource: Inventory | Credential) -> bool:
    return user.is_superuser or user.username in resource.users


def may_read_job(user: User, job: Job) -> bool:
    """A project update, which has no template, can be read by whoever started the job that needed it."""
    return user.is_superuser or (
        user == job.created_by if job.template is None else may_read(user, job.template)
    )


def may_cancel(user: User, job: Job) -> bool:
    """An execute role is not enough: only who started the job, or an administrator."""
    return user.is_superuser or user == job.created_by
