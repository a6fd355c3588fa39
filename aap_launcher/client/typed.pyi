# Written by `make generate`: the resources of a Controller, and the fields that each of them takes.
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict, Unpack

from aap_launcher.client.records import Record
from aap_launcher.client.resource import Resource

Ref = int | str | Mapping[str, Any]  # an id, a name, NAME++OWNER, an address or a Record

class _JobTemplatesCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    job_type: Literal['run', 'check']
    inventory: Ref | None
    project: Required[Ref]
    playbook: Required[str]
    scm_branch: str
    forks: int
    limit: str
    verbosity: Literal[0, 1, 2, 3, 4, 5]
    extra_vars: Mapping[str, Any] | str
    job_tags: str
    force_handlers: bool
    skip_tags: str
    start_at_task: str
    timeout: int
    use_fact_cache: bool
    execution_environment: Ref | None
    host_config_key: str
    ask_scm_branch_on_launch: bool
    ask_diff_mode_on_launch: bool
    ask_variables_on_launch: bool
    ask_limit_on_launch: bool
    ask_tags_on_launch: bool
    ask_skip_tags_on_launch: bool
    ask_job_type_on_launch: bool
    ask_verbosity_on_launch: bool
    ask_inventory_on_launch: bool
    ask_credential_on_launch: bool
    ask_execution_environment_on_launch: bool
    ask_labels_on_launch: bool
    ask_forks_on_launch: bool
    ask_job_slice_count_on_launch: bool
    ask_timeout_on_launch: bool
    ask_instance_groups_on_launch: bool
    survey_enabled: bool
    become_enabled: bool
    diff_mode: bool
    allow_simultaneous: bool
    job_slice_count: int
    webhook_service: Literal['', 'github', 'gitlab', 'bitbucket_dc']
    webhook_credential: Ref | None
    prevent_instance_group_fallback: bool
    labels: Sequence[Ref]
    credentials: Sequence[Ref]
    instance_groups: Sequence[Ref]
    notification_templates_started: Sequence[Ref]
    notification_templates_success: Sequence[Ref]
    notification_templates_error: Sequence[Ref]
    survey_spec: Mapping[str, Any] | Sequence[Mapping[str, Any]]

class _JobTemplatesEdit(TypedDict, total=False):
    name: str
    description: str
    job_type: Literal['run', 'check']
    inventory: Ref | None
    project: Ref | None
    playbook: str
    scm_branch: str
    forks: int
    limit: str
    verbosity: Literal[0, 1, 2, 3, 4, 5]
    extra_vars: Mapping[str, Any] | str
    job_tags: str
    force_handlers: bool
    skip_tags: str
    start_at_task: str
    timeout: int
    use_fact_cache: bool
    execution_environment: Ref | None
    host_config_key: str
    ask_scm_branch_on_launch: bool
    ask_diff_mode_on_launch: bool
    ask_variables_on_launch: bool
    ask_limit_on_launch: bool
    ask_tags_on_launch: bool
    ask_skip_tags_on_launch: bool
    ask_job_type_on_launch: bool
    ask_verbosity_on_launch: bool
    ask_inventory_on_launch: bool
    ask_credential_on_launch: bool
    ask_execution_environment_on_launch: bool
    ask_labels_on_launch: bool
    ask_forks_on_launch: bool
    ask_job_slice_count_on_launch: bool
    ask_timeout_on_launch: bool
    ask_instance_groups_on_launch: bool
    survey_enabled: bool
    become_enabled: bool
    diff_mode: bool
    allow_simultaneous: bool
    job_slice_count: int
    webhook_service: Literal['', 'github', 'gitlab', 'bitbucket_dc']
    webhook_credential: Ref | None
    prevent_instance_group_fallback: bool
    labels: Sequence[Ref]
    credentials: Sequence[Ref]
    instance_groups: Sequence[Ref]
    notification_templates_started: Sequence[Ref]
    notification_templates_success: Sequence[Ref]
    notification_templates_error: Sequence[Ref]
    survey_spec: Mapping[str, Any] | Sequence[Mapping[str, Any]]

class JobTemplates(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_JobTemplatesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_JobTemplatesEdit]) -> Record: ...  # type: ignore[override]

class _WorkflowJobTemplatesCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    extra_vars: Mapping[str, Any] | str
    organization: Ref | None
    survey_enabled: bool
    allow_simultaneous: bool
    ask_variables_on_launch: bool
    inventory: Ref | None
    limit: str
    scm_branch: str
    ask_inventory_on_launch: bool
    ask_scm_branch_on_launch: bool
    ask_limit_on_launch: bool
    webhook_service: Literal['', 'github', 'gitlab', 'bitbucket_dc']
    webhook_credential: Ref | None
    ask_labels_on_launch: bool
    ask_skip_tags_on_launch: bool
    ask_tags_on_launch: bool
    skip_tags: str
    job_tags: str
    labels: Sequence[Ref]
    notification_templates_started: Sequence[Ref]
    notification_templates_success: Sequence[Ref]
    notification_templates_error: Sequence[Ref]
    notification_templates_approvals: Sequence[Ref]
    survey_spec: Mapping[str, Any] | Sequence[Mapping[str, Any]]

class _WorkflowJobTemplatesEdit(TypedDict, total=False):
    name: str
    description: str
    extra_vars: Mapping[str, Any] | str
    organization: Ref | None
    survey_enabled: bool
    allow_simultaneous: bool
    ask_variables_on_launch: bool
    inventory: Ref | None
    limit: str
    scm_branch: str
    ask_inventory_on_launch: bool
    ask_scm_branch_on_launch: bool
    ask_limit_on_launch: bool
    webhook_service: Literal['', 'github', 'gitlab', 'bitbucket_dc']
    webhook_credential: Ref | None
    ask_labels_on_launch: bool
    ask_skip_tags_on_launch: bool
    ask_tags_on_launch: bool
    skip_tags: str
    job_tags: str
    labels: Sequence[Ref]
    notification_templates_started: Sequence[Ref]
    notification_templates_success: Sequence[Ref]
    notification_templates_error: Sequence[Ref]
    notification_templates_approvals: Sequence[Ref]
    survey_spec: Mapping[str, Any] | Sequence[Mapping[str, Any]]

class WorkflowJobTemplates(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_WorkflowJobTemplatesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_WorkflowJobTemplatesEdit]) -> Record: ...  # type: ignore[override]

class _WorkflowJobTemplateNodesCreate(TypedDict, total=False):
    extra_data: Mapping[str, Any] | Sequence[Any]
    inventory: Ref | None
    scm_branch: str
    job_type: Literal[None, '', 'run', 'check']
    job_tags: str
    skip_tags: str
    limit: str
    diff_mode: bool
    verbosity: Literal[None, 0, 1, 2, 3, 4, 5]
    execution_environment: Ref | None
    forks: int
    job_slice_count: int
    timeout: int
    workflow_job_template: Required[Ref]
    unified_job_template: Ref | None
    all_parents_must_converge: bool
    identifier: str

class _WorkflowJobTemplateNodesEdit(TypedDict, total=False):
    extra_data: Mapping[str, Any] | Sequence[Any]
    inventory: Ref | None
    scm_branch: str
    job_type: Literal[None, '', 'run', 'check']
    job_tags: str
    skip_tags: str
    limit: str
    diff_mode: bool
    verbosity: Literal[None, 0, 1, 2, 3, 4, 5]
    execution_environment: Ref | None
    forks: int
    job_slice_count: int
    timeout: int
    unified_job_template: Ref | None
    all_parents_must_converge: bool
    identifier: str

class WorkflowJobTemplateNodes(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_WorkflowJobTemplateNodesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_WorkflowJobTemplateNodesEdit]) -> Record: ...  # type: ignore[override]

class _SchedulesCreate(TypedDict, total=False):
    rrule: Required[str]
    name: Required[str]
    description: str
    extra_data: Mapping[str, Any] | Sequence[Any]
    inventory: Ref | None
    scm_branch: str
    job_type: Literal[None, '', 'run', 'check']
    job_tags: str
    skip_tags: str
    limit: str
    diff_mode: bool
    verbosity: Literal[None, 0, 1, 2, 3, 4, 5]
    execution_environment: Ref | None
    forks: int
    job_slice_count: int
    timeout: int
    unified_job_template: Required[Ref]
    enabled: bool
    labels: Sequence[Ref]
    credentials: Sequence[Ref]
    instance_groups: Sequence[Ref]

class _SchedulesEdit(TypedDict, total=False):
    rrule: str
    name: str
    description: str
    extra_data: Mapping[str, Any] | Sequence[Any]
    inventory: Ref | None
    scm_branch: str
    job_type: Literal[None, '', 'run', 'check']
    job_tags: str
    skip_tags: str
    limit: str
    diff_mode: bool
    verbosity: Literal[None, 0, 1, 2, 3, 4, 5]
    execution_environment: Ref | None
    forks: int
    job_slice_count: int
    timeout: int
    unified_job_template: Ref
    enabled: bool
    labels: Sequence[Ref]
    credentials: Sequence[Ref]
    instance_groups: Sequence[Ref]

class Schedules(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_SchedulesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_SchedulesEdit]) -> Record: ...  # type: ignore[override]

class _AdHocCommandsCreate(TypedDict, total=False):
    execution_environment: Ref | None
    job_type: Literal['run', 'check']
    inventory: Required[Ref]
    limit: str
    credential: Required[Ref]
    module_name: Any
    module_args: str
    forks: int
    verbosity: Literal[0, 1, 2, 3, 4, 5]
    extra_vars: Mapping[str, Any] | str
    become_enabled: bool
    diff_mode: bool

class AdHocCommands(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_AdHocCommandsCreate]) -> Record: ...  # type: ignore[override]

class _InventoriesCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    organization: Required[Ref]
    kind: Literal['', 'smart', 'constructed']
    host_filter: str
    variables: Mapping[str, Any] | str
    prevent_instance_group_fallback: bool
    instance_groups: Sequence[Ref]
    labels: Sequence[Ref]

class _InventoriesEdit(TypedDict, total=False):
    name: str
    description: str
    organization: Ref
    kind: Literal['', 'smart', 'constructed']
    host_filter: str
    variables: Mapping[str, Any] | str
    prevent_instance_group_fallback: bool
    instance_groups: Sequence[Ref]
    labels: Sequence[Ref]

class Inventories(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_InventoriesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_InventoriesEdit]) -> Record: ...  # type: ignore[override]

class _ConstructedInventoriesCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    organization: Required[Ref]
    variables: Mapping[str, Any] | str
    prevent_instance_group_fallback: bool
    source_vars: Mapping[str, Any] | str
    update_cache_timeout: int
    limit: str
    verbosity: int

class _ConstructedInventoriesEdit(TypedDict, total=False):
    name: str
    description: str
    organization: Ref
    variables: Mapping[str, Any] | str
    prevent_instance_group_fallback: bool
    source_vars: Mapping[str, Any] | str
    update_cache_timeout: int
    limit: str
    verbosity: int

class ConstructedInventories(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_ConstructedInventoriesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_ConstructedInventoriesEdit]) -> Record: ...  # type: ignore[override]

class _HostsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    inventory: Required[Ref]
    enabled: bool
    instance_id: str
    variables: Mapping[str, Any] | str

class _HostsEdit(TypedDict, total=False):
    name: str
    description: str
    enabled: bool
    instance_id: str
    variables: Mapping[str, Any] | str

class Hosts(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_HostsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_HostsEdit]) -> Record: ...  # type: ignore[override]

class _GroupsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    inventory: Required[Ref]
    variables: Mapping[str, Any] | str

class _GroupsEdit(TypedDict, total=False):
    name: str
    description: str
    variables: Mapping[str, Any] | str

class Groups(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_GroupsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_GroupsEdit]) -> Record: ...  # type: ignore[override]

class _InventorySourcesCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    source: Required[Literal['file', 'constructed', 'scm', 'ec2', 'gce', 'azure_rm', 'vmware', 'satellite6', 'openstack', 'rhv', 'controller', 'insights', 'terraform', 'openshift_virtualization']]
    source_path: str
    source_vars: Mapping[str, Any] | str
    scm_branch: str
    credential: Ref | None
    enabled_var: str
    enabled_value: str
    host_filter: str
    overwrite: bool
    overwrite_vars: bool
    timeout: int
    verbosity: Literal[0, 1, 2]
    limit: str
    execution_environment: Ref | None
    inventory: Required[Ref]
    update_on_launch: bool
    update_cache_timeout: int
    source_project: Ref | None

class _InventorySourcesEdit(TypedDict, total=False):
    name: str
    description: str
    source: Literal['file', 'constructed', 'scm', 'ec2', 'gce', 'azure_rm', 'vmware', 'satellite6', 'openstack', 'rhv', 'controller', 'insights', 'terraform', 'openshift_virtualization']
    source_path: str
    source_vars: Mapping[str, Any] | str
    scm_branch: str
    credential: Ref | None
    enabled_var: str
    enabled_value: str
    host_filter: str
    overwrite: bool
    overwrite_vars: bool
    timeout: int
    verbosity: Literal[0, 1, 2]
    limit: str
    execution_environment: Ref | None
    update_on_launch: bool
    update_cache_timeout: int
    source_project: Ref | None

class InventorySources(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_InventorySourcesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_InventorySourcesEdit]) -> Record: ...  # type: ignore[override]

class _ProjectsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    local_path: str
    scm_type: Literal['', 'git', 'svn', 'insights', 'archive']
    scm_url: str
    scm_branch: str
    scm_refspec: str
    scm_clean: bool
    scm_track_submodules: bool
    scm_delete_on_update: bool
    credential: Ref | None
    timeout: int
    organization: Ref | None
    scm_update_on_launch: bool
    scm_update_cache_timeout: int
    allow_override: bool
    default_environment: Ref | None
    signature_validation_credential: Ref | None

class _ProjectsEdit(TypedDict, total=False):
    name: str
    description: str
    local_path: str
    scm_type: Literal['', 'git', 'svn', 'insights', 'archive']
    scm_url: str
    scm_branch: str
    scm_refspec: str
    scm_clean: bool
    scm_track_submodules: bool
    scm_delete_on_update: bool
    credential: Ref | None
    timeout: int
    organization: Ref | None
    scm_update_on_launch: bool
    scm_update_cache_timeout: int
    allow_override: bool
    default_environment: Ref | None
    signature_validation_credential: Ref | None

class Projects(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_ProjectsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_ProjectsEdit]) -> Record: ...  # type: ignore[override]

class _ExecutionEnvironmentsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    organization: Ref | None
    image: Required[str]
    credential: Ref | None
    pull: Literal['', 'always', 'missing', 'never']

class _ExecutionEnvironmentsEdit(TypedDict, total=False):
    name: str
    description: str
    organization: Ref | None
    image: str
    credential: Ref | None
    pull: Literal['', 'always', 'missing', 'never']

class ExecutionEnvironments(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_ExecutionEnvironmentsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_ExecutionEnvironmentsEdit]) -> Record: ...  # type: ignore[override]

class _InstancesCreate(TypedDict, total=False):
    hostname: Required[str]
    capacity_adjustment: float
    enabled: bool
    managed_by_policy: bool
    node_type: Literal['control', 'execution', 'hybrid', 'hop']
    node_state: Literal['provisioning', 'provision-fail', 'installed', 'ready', 'unavailable', 'deprovisioning', 'deprovision-fail']
    peers: Any
    listener_port: int
    peers_from_control_nodes: bool

class _InstancesEdit(TypedDict, total=False):
    hostname: str
    capacity_adjustment: float
    enabled: bool
    managed_by_policy: bool
    node_type: Literal['control', 'execution', 'hybrid', 'hop']
    node_state: Literal['provisioning', 'provision-fail', 'installed', 'ready', 'unavailable', 'deprovisioning', 'deprovision-fail']
    peers: Any
    listener_port: int
    peers_from_control_nodes: bool

class Instances(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_InstancesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_InstancesEdit]) -> Record: ...  # type: ignore[override]

class _InstanceGroupsCreate(TypedDict, total=False):
    name: Required[str]
    max_concurrent_jobs: int
    max_forks: int
    is_container_group: bool
    credential: Ref | None
    policy_instance_percentage: int
    policy_instance_minimum: int
    policy_instance_list: Mapping[str, Any] | Sequence[Any]
    pod_spec_override: str

class _InstanceGroupsEdit(TypedDict, total=False):
    name: str
    max_concurrent_jobs: int
    max_forks: int
    is_container_group: bool
    credential: Ref | None
    policy_instance_percentage: int
    policy_instance_minimum: int
    policy_instance_list: Mapping[str, Any] | Sequence[Any]
    pod_spec_override: str

class InstanceGroups(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_InstanceGroupsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_InstanceGroupsEdit]) -> Record: ...  # type: ignore[override]

class _CredentialsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    organization: Ref | None
    credential_type: Required[Ref]
    inputs: Mapping[str, Any] | Sequence[Any]
    user: Ref | None
    team: Ref | None

class _CredentialsEdit(TypedDict, total=False):
    name: str
    description: str
    organization: Ref | None
    credential_type: Ref
    inputs: Mapping[str, Any] | Sequence[Any]

class Credentials(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_CredentialsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_CredentialsEdit]) -> Record: ...  # type: ignore[override]

class _CredentialTypesCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    kind: Required[Literal['net', 'cloud']]
    inputs: Mapping[str, Any] | Sequence[Any]
    injectors: Mapping[str, Any] | Sequence[Any]

class _CredentialTypesEdit(TypedDict, total=False):
    name: str
    description: str
    kind: Literal['net', 'cloud']
    inputs: Mapping[str, Any] | Sequence[Any]
    injectors: Mapping[str, Any] | Sequence[Any]

class CredentialTypes(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_CredentialTypesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_CredentialTypesEdit]) -> Record: ...  # type: ignore[override]

class _CredentialInputSourcesCreate(TypedDict, total=False):
    description: str
    input_field_name: Required[str]
    metadata: Mapping[str, Any] | Sequence[Any]
    target_credential: Required[Ref]
    source_credential: Required[Ref]

class _CredentialInputSourcesEdit(TypedDict, total=False):
    description: str
    input_field_name: str
    metadata: Mapping[str, Any] | Sequence[Any]
    source_credential: Ref

class CredentialInputSources(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_CredentialInputSourcesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_CredentialInputSourcesEdit]) -> Record: ...  # type: ignore[override]

class _ApplicationsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    client_type: Required[Literal['confidential', 'public']]
    redirect_uris: str
    authorization_grant_type: Required[Literal['authorization-code', 'password']]
    skip_authorization: bool
    organization: Required[Ref]

class _ApplicationsEdit(TypedDict, total=False):
    name: str
    description: str
    client_type: Literal['confidential', 'public']
    redirect_uris: str
    skip_authorization: bool
    organization: Ref

class Applications(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_ApplicationsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_ApplicationsEdit]) -> Record: ...  # type: ignore[override]

class _TokensCreate(TypedDict, total=False):
    description: str
    application: Ref | None
    scope: str

class _TokensEdit(TypedDict, total=False):
    description: str
    scope: str

class Tokens(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_TokensCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_TokensEdit]) -> Record: ...  # type: ignore[override]

class _OrganizationsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    max_hosts: int
    default_environment: Ref | None

class _OrganizationsEdit(TypedDict, total=False):
    name: str
    description: str
    max_hosts: int
    default_environment: Ref | None

class Organizations(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_OrganizationsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_OrganizationsEdit]) -> Record: ...  # type: ignore[override]

class _UsersCreate(TypedDict, total=False):
    username: Required[str]
    first_name: str
    last_name: str
    email: str
    is_superuser: bool
    is_system_auditor: bool
    password: Required[str]

class _UsersEdit(TypedDict, total=False):
    username: str
    first_name: str
    last_name: str
    email: str
    is_superuser: bool
    is_system_auditor: bool
    password: str

class Users(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_UsersCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_UsersEdit]) -> Record: ...  # type: ignore[override]

class _TeamsCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    organization: Required[Ref]

class _TeamsEdit(TypedDict, total=False):
    name: str
    description: str
    organization: Ref

class Teams(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_TeamsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_TeamsEdit]) -> Record: ...  # type: ignore[override]

class _RoleDefinitionsCreate(TypedDict, total=False):
    permissions: Required[Sequence[Any]]
    content_type: Any
    name: Required[str]
    description: str

class _RoleDefinitionsEdit(TypedDict, total=False):
    permissions: Sequence[Any]
    content_type: Any
    name: str
    description: str

class RoleDefinitions(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_RoleDefinitionsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_RoleDefinitionsEdit]) -> Record: ...  # type: ignore[override]

class _RoleUserAssignmentsCreate(TypedDict, total=False):
    object_id: str
    object_ansible_id: str
    role_definition: Required[Ref]
    user: Ref | None
    user_ansible_id: str

class RoleUserAssignments(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_RoleUserAssignmentsCreate]) -> Record: ...  # type: ignore[override]

class _RoleTeamAssignmentsCreate(TypedDict, total=False):
    object_id: str
    object_ansible_id: str
    role_definition: Required[Ref]
    team: Ref | None
    team_ansible_id: str

class RoleTeamAssignments(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_RoleTeamAssignmentsCreate]) -> Record: ...  # type: ignore[override]

class _LabelsCreate(TypedDict, total=False):
    name: Required[str]
    organization: Required[Ref]

class _LabelsEdit(TypedDict, total=False):
    name: str
    organization: Ref

class Labels(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_LabelsCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_LabelsEdit]) -> Record: ...  # type: ignore[override]

class _NotificationTemplatesCreate(TypedDict, total=False):
    name: Required[str]
    description: str
    organization: Required[Ref]
    notification_type: Required[Literal['awssns', 'email', 'grafana', 'irc', 'mattermost', 'pagerduty', 'rocketchat', 'slack', 'twilio', 'webhook']]
    notification_configuration: Required[Mapping[str, Any] | Sequence[Any]]
    messages: Mapping[str, Any] | Sequence[Any]

class _NotificationTemplatesEdit(TypedDict, total=False):
    name: str
    description: str
    organization: Ref
    notification_type: Literal['awssns', 'email', 'grafana', 'irc', 'mattermost', 'pagerduty', 'rocketchat', 'slack', 'twilio', 'webhook']
    notification_configuration: Mapping[str, Any] | Sequence[Any]
    messages: Mapping[str, Any] | Sequence[Any]

class NotificationTemplates(Resource):
    def create(self, *, if_absent: bool = False, **given: Unpack[_NotificationTemplatesCreate]) -> Record: ...  # type: ignore[override]
    def update(self, ref: object, /, **given: Unpack[_NotificationTemplatesEdit]) -> Record: ...  # type: ignore[override]

class Resources:
    job_templates: JobTemplates
    workflow_job_templates: WorkflowJobTemplates
    workflow_job_template_nodes: WorkflowJobTemplateNodes
    system_job_templates: Resource
    unified_job_templates: Resource
    schedules: Schedules
    jobs: Resource
    workflow_jobs: Resource
    workflow_job_nodes: Resource
    workflow_approvals: Resource
    project_updates: Resource
    inventory_updates: Resource
    system_jobs: Resource
    ad_hoc_commands: AdHocCommands
    unified_jobs: Resource
    inventories: Inventories
    constructed_inventories: ConstructedInventories
    hosts: Hosts
    groups: Groups
    inventory_sources: InventorySources
    host_metrics: Resource
    host_metric_summary_monthly: Resource
    projects: Projects
    execution_environments: ExecutionEnvironments
    instances: Instances
    instance_groups: InstanceGroups
    receptor_addresses: Resource
    credentials: Credentials
    credential_types: CredentialTypes
    credential_input_sources: CredentialInputSources
    applications: Applications
    tokens: Tokens
    organizations: Organizations
    users: Users
    teams: Teams
    roles: Resource
    role_definitions: RoleDefinitions
    role_user_assignments: RoleUserAssignments
    role_team_assignments: RoleTeamAssignments
    labels: Labels
    notification_templates: NotificationTemplates
    notifications: Resource
    activity_stream: Resource
