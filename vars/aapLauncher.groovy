/*
 * What the steps aapLaunch, aapFollow and aapCancel share; pipelines use those.
 *
 * Nothing that a pipeline gives is ever part of a shell script: the scripts below are constants, and everything
 * reaches aap-launcher through the environment. Made for Jenkins' CPS and script sandbox: plain loops, no value
 * that cannot be serialised across a step, and only what the default whitelist has.
 */
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import groovy.transform.Field
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

// The inputs, and their variables. What stands between markers is written by `make generate` from
// aap_launcher/inputs/definitions.py.
@Field final Map INPUTS = [
    // generated: inputs
    url: 'AAP_URL',
    username: 'AAP_USERNAME',
    ca_bundle: 'AAP_CA_BUNDLE',
    client_cert: 'AAP_CLIENT_CERT',
    verify_tls: 'AAP_VERIFY_TLS',
    request_timeout: 'AAP_REQUEST_TIMEOUT',
    template: 'AAP_TEMPLATE',
    template_type: 'AAP_TEMPLATE_TYPE',
    organization: 'AAP_ORGANIZATION',
    job: 'AAP_JOB',
    relaunch: 'AAP_RELAUNCH',
    relaunch_hosts: 'AAP_RELAUNCH_HOSTS',
    extra_vars: 'AAP_EXTRA_VARS',
    extra_vars_file: 'AAP_EXTRA_VARS_FILE',
    limit: 'AAP_LIMIT',
    inventory: 'AAP_INVENTORY',
    credentials: 'AAP_CREDENTIALS',
    job_tags: 'AAP_JOB_TAGS',
    skip_tags: 'AAP_SKIP_TAGS',
    job_type: 'AAP_JOB_TYPE',
    verbosity: 'AAP_VERBOSITY',
    diff_mode: 'AAP_DIFF_MODE',
    scm_branch: 'AAP_SCM_BRANCH',
    execution_environment: 'AAP_EXECUTION_ENVIRONMENT',
    labels: 'AAP_LABELS',
    forks: 'AAP_FORKS',
    job_slice_count: 'AAP_JOB_SLICE_COUNT',
    job_timeout: 'AAP_JOB_TIMEOUT',
    instance_groups: 'AAP_INSTANCE_GROUPS',
    wait: 'AAP_WAIT',
    timeout: 'AAP_TIMEOUT',
    on_timeout: 'AAP_ON_TIMEOUT',
    on_interrupt: 'AAP_ON_INTERRUPT',
    approvals: 'AAP_APPROVALS',
    on_no_hosts: 'AAP_ON_NO_HOSTS',
    group_by: 'AAP_GROUP_BY',
    show: 'AAP_SHOW',
    annotations: 'AAP_ANNOTATIONS',
    summary: 'AAP_SUMMARY',
    ci_vars: 'AAP_CI_VARS',
    marker: 'AAP_MARKER',
    dry_run: 'AAP_DRY_RUN',
    junit: 'AAP_JUNIT',
    result_file: 'AAP_RESULT_FILE',
    since: 'AAP_SINCE',
    outage_tolerance: 'AAP_OUTAGE_TOLERANCE',
    // /generated: inputs
]

// Never an argument: an argument stands in the pipeline's text and in the build's record of its steps.
@Field final List SECRETS = [
    // generated: secrets
    'AAP_TOKEN', 'AAP_PASSWORD', 'AAP_CLIENT_KEY', 'AAP_CREDENTIAL_PASSWORDS',
    // /generated: secrets
]

// What each command takes of them.
@Field final Map TAKEN = [
    // generated: taken
    launch: [
        'url', 'username', 'ca_bundle', 'client_cert', 'verify_tls', 'request_timeout', 'template',
        'template_type', 'organization', 'job', 'relaunch', 'relaunch_hosts', 'extra_vars',
        'extra_vars_file', 'limit', 'inventory', 'credentials', 'job_tags', 'skip_tags', 'job_type',
        'verbosity', 'diff_mode', 'scm_branch', 'execution_environment', 'labels', 'forks',
        'job_slice_count', 'job_timeout', 'instance_groups', 'wait', 'timeout', 'on_timeout',
        'on_interrupt', 'approvals', 'on_no_hosts', 'group_by', 'show', 'annotations', 'summary',
        'ci_vars', 'marker', 'dry_run', 'junit', 'result_file', 'since', 'outage_tolerance',
    ],
    follow: [
        'url', 'username', 'ca_bundle', 'client_cert', 'verify_tls', 'request_timeout', 'job',
        'timeout', 'on_timeout', 'on_interrupt', 'approvals', 'on_no_hosts', 'group_by', 'show',
        'annotations', 'summary', 'junit', 'result_file', 'since', 'outage_tolerance',
    ],
    cancel: [
        'url', 'username', 'ca_bundle', 'client_cert', 'verify_tls', 'request_timeout', 'job',
        'outage_tolerance',
    ],
    // /generated: taken
]

// What belongs to the step alone.
@Field final List OPTIONS = ['credentialsId', 'runtime', 'image', 'dockerArgs', 'propagate']

// What a container gets besides: who runs it, the way out, colours, and the ecosystem's names of the inputs.
@Field final List PASSED = [
    'AAP_OUTPUTS_FILE', 'AAP_SUMMARY_FILE',
    'JENKINS_URL', 'BUILD_TAG', 'BUILD_URL', 'BUILD_USER_ID', 'GIT_URL', 'GIT_COMMIT', 'GIT_BRANCH',
    'BRANCH_NAME', 'CHANGE_BRANCH', 'CHANGE_AUTHOR',
    'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy',
    'TERM', 'NO_COLOR', 'FORCE_COLOR',
    // generated: aliases
    'AAP_HOSTNAME', 'AAP_HOST', 'CONTROLLER_HOST', 'TOWER_HOST', 'CONTROLLER_OAUTH_TOKEN',
    'TOWER_OAUTH_TOKEN', 'CONTROLLER_USERNAME', 'TOWER_USERNAME', 'CONTROLLER_PASSWORD',
    'TOWER_PASSWORD', 'AAP_CACERT', 'AAP_VALIDATE_CERTS', 'CONTROLLER_VERIFY_SSL',
    'TOWER_VERIFY_SSL',
    // /generated: aliases
]

// `exec`: the signal of an aborted build must find aap-launcher, or docker's client, which hands it on.
@Field final String LOCAL = '''#!/bin/sh
case $AAP_STEP in launch) set -- launch --ci jenkins ;; *) set -- "$AAP_STEP" --ci jenkins -- "$AAP_JOB" ;; esac
exec aap-launcher "$@"
'''
// -f: $AAP_DOCKER_ENV and $AAP_DOCKER_ARGS are split at blanks, and nothing more.
@Field final String DOCKER = '''#!/bin/sh -f
case $AAP_STEP in launch) set -- launch --ci jenkins ;; *) set -- "$AAP_STEP" --ci jenkins -- "$AAP_JOB" ;; esac
exec docker run --rm $AAP_DOCKER_ENV $AAP_DOCKER_ARGS --user "$(id -u):$(id -g)" \\
    --volume "$WORKSPACE:$WORKSPACE" --volume "$AAP_FOLDER:$AAP_FOLDER" --workdir "$PWD" "$AAP_IMAGE" "$@"
'''

/** Run aap-launcher as the step says (launch, follow, cancel); the outputs, name to text. */
Map run(String step, Map given) {
    List wrong = problems(step, given)
    if (wrong) {
        error('aap-launcher: ' + wrong.join('; '))
    }
    String folder = pwd(tmp: true) + '/aap-launcher-' + UUID.randomUUID()
    String outputsFile = folder + '/outputs.json'
    writeFile(file: outputsFile, text: '')
    Map outputs = [:]
    int code = 0
    withEnv(environment(step, given, folder)) {
        code = authenticated(given.credentialsId) {
            int ended = 0
            try {
                ended = start(given)
            } catch (FlowInterruptedException stop) {
                // Aborted. A launcher that heard it has canceled the job and written the outcome.
                outputs = read(outputsFile)
                if (step != 'cancel' && outputs.job_id && !outputs.outcome && env.AAP_ON_INTERRUPT != 'leave') {
                    withEnv(['AAP_STEP=cancel', 'AAP_JOB=' + outputs.job_id, 'AAP_OUTPUTS_FILE=']) {
                        start(given)
                    }
                }
                report(given, folder, outputs)
                throw stop
            }
            return ended
        }
    }
    outputs = read(outputsFile)
    report(given, folder, outputs)
    verdict(step, given, outputs, code)
    return outputs
}

/** What is wrong with the arguments, in words. */
List problems(String step, Map given) {
    List found = []
    for (String name in new ArrayList(given.keySet())) {
        if (!INPUTS.containsKey(name) && !OPTIONS.contains(name)) {
            found.add(SECRETS.contains('AAP_' + name.toUpperCase())
                ? name + ' is a secret: give credentialsId, or bind AAP_' + name.toUpperCase() + ' with withCredentials'
                : name + ' is no argument of this step')
        } else if (INPUTS.containsKey(name) && !TAKEN[step].contains(name)) {
            found.add(step == 'cancel' && TAKEN.follow.contains(name)
                ? name + ' means nothing to a cancel'
                : name + ' is for aapLaunch: a job that exists already would not take it')
        }
    }
    if (step != 'launch' && !given.job) {
        found.add('job is missing: give the id of the job')
    }
    if (given.runtime && !['docker', 'local'].contains(given.runtime)) {
        found.add('runtime is docker or local')
    }
    if (given.runtime == 'docker' && !given.image && !env.AAP_IMAGE) {
        found.add('image is missing: runtime docker needs the name of an image with aap-launcher, or AAP_IMAGE')
    }
    return found
}

/** The environment of aap-launcher, NAME=value. An empty text is given as "", since empty means absent there. */
List environment(String step, Map given, String folder) {
    List variables = ['AAP_STEP=' + step, 'AAP_FOLDER=' + folder,
        'AAP_OUTPUTS_FILE=' + folder + '/outputs.json', 'AAP_SUMMARY_FILE=' + folder + '/summary.md']
    String passed = ''
    for (String name in new ArrayList(INPUTS.keySet())) {
        if (given[name] != null) {
            String value = text(given[name])
            variables.add(INPUTS[name] + '=' + (value ?: '""'))
        }
        passed += '-e ' + INPUTS[name] + ' '
    }
    for (String name in SECRETS + PASSED) {
        passed += '-e ' + name + ' '
    }
    variables.add('AAP_DOCKER_ENV=' + passed)
    variables.add('AAP_DOCKER_ARGS=' + (given.dockerArgs ?: ''))
    if (given.image) {
        variables.add('AAP_IMAGE=' + given.image)
    }
    return variables
}

/** An argument as aap-launcher reads it: lists and maps as JSON, everything else as it is written. */
String text(Object value) {
    if (value instanceof Map || value instanceof List) {
        String json = JsonOutput.toJson([value: value])
        return json.substring('{"value":'.length(), json.length() - 1)
    }
    return value.toString()
}

/** Run the body with what the credential holds: a secret text is a token, else a username and password. */
int authenticated(String id, Closure body) {
    if (!id) {
        return body()
    }
    List binding = [string(credentialsId: id, variable: 'AAP_TOKEN')]
    try {
        // Only a try tells a credential's kind; nothing runs inside that could fail for another reason.
        withCredentials(binding) {
            echo('aap-launcher: the credential is a token')
        }
    } catch (AbortException other) {
        binding = [usernamePassword(credentialsId: id,
            usernameVariable: 'AAP_USERNAME', passwordVariable: 'AAP_PASSWORD')]
    }
    int code = 0
    withCredentials(binding) {
        code = body()
    }
    return code
}

/** Start aap-launcher and wait for its end; the exit code. */
int start(Map given) {
    return sh(script: inDocker(given) ? DOCKER : LOCAL, returnStatus: true, label: 'aap-launcher')
}

/** Whether the image is run, and not what the agent has itself. */
boolean inDocker(Map given) {
    return given.runtime == 'docker' || (!given.runtime && (given.image || env.AAP_IMAGE))
}

/** The outputs that are known so far. JsonSlurper's own map cannot be serialised, so its texts are copied. */
Map read(String path) {
    String json = readFile(file: path, encoding: 'UTF-8')
    Map outputs = [:]
    if (json) {
        Map parsed = new JsonSlurper().parseText(json)
        for (String name in new ArrayList(parsed.keySet())) {
            outputs[name] = parsed[name].toString()
        }
    }
    return outputs
}

/** Tell the build: the job's link in its description, the summary as an artifact, the JUnit report when asked. */
void report(Map given, String folder, Map outputs) {
    if (outputs.job_url) {
        String line = escaped('job ' + outputs.job_id + ' ' + (outputs.outcome ?: 'launched') + ': ' + outputs.job_url)
        currentBuild.description = currentBuild.description ? currentBuild.description + '\n' + line : line
    }
    if (fileExists(folder + '/summary.md')) {
        String name = outputs.job_id ? 'aap-summary-' + outputs.job_id + '.md' : 'aap-summary.md'
        writeFile(file: name, text: readFile(file: folder + '/summary.md', encoding: 'UTF-8'), encoding: 'UTF-8')
        archiveArtifacts(artifacts: name)
    }
    if (given.junit && fileExists(given.junit.toString())) {
        // The verdict is the outcome's alone: no failed host makes a build unstable that is to go on.
        junit(testResults: given.junit.toString(), skipMarkingBuildUnstable: true)
    }
    dir(folder) {
        deleteDir()
    }
}

/** Fail the build as asked; always where aap-launcher ended without a verdict. */
void verdict(String step, Map given, Map outputs, int code) {
    if (code == 0) {
        return
    }
    if (code == 127 && !outputs.outcome && inDocker(given)) {
        error('no container was started on this agent: it needs docker, and the image aap-launcher in it; '
            + "runtime: 'local' runs an aap-launcher that the agent has itself (docs/jenkins.md, Where it runs)")
    }
    if (code == 127 && !outputs.outcome) {
        error('aap-launcher was not found on this agent: install it there with Python 3.11 or later, '
            + 'or give an image (docs/jenkins.md, Where it runs)')
    }
    if (step != 'cancel' && !outputs.outcome) {
        error('aap-launcher ended without a verdict (exit code ' + code + '): its last words stand above')
    }
    if (given.propagate != false) {
        error('aap-launcher: ' + step + ' ended ' + (outputs.outcome ?: 'with an error') + ' (exit code ' + code + ')'
            + (outputs.job_url ? ': ' + outputs.job_url : ''))
    }
}

/** Text that no markup formatter takes for markup. */
String escaped(String text) {
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;')
}
