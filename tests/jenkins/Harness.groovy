/*
 * Pipeline steps as Jenkins documents them, for `vars/`: `sh` really runs its script, in a process tree that an
 * abort signals as Jenkins does, and withEnv and withCredentials do to the environment what Jenkins does.
 *
 *     groovy -cp tests/jenkins/stubs tests/jenkins/Harness.groovy PIPELINE VARS WORKSPACE REPORT
 *
 * PIPELINE is a script like a Jenkinsfile; REPORT becomes a JSON of what the build was told. A file `abort` in the
 * workspace aborts the step that runs. HARNESS_CREDENTIALS holds the credentials as JSON: id -> a secret text, or
 * [username, password].
 */
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import hudson.AbortException
import org.codehaus.groovy.control.CompilerConfiguration
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

class Build {

    static File workspace
    static File cwd
    static Map environment = [:]
    static Map credentials = [:]
    static Map vars = [:]
    static Map told = [description: null]
    static List archived = []
    static List tests = []
    static List labels = []

    static File resolve(String path) {
        return path.startsWith('/') ? new File(path) : new File(cwd, path)
    }

    static Object within(Map added, Closure body) {
        Map before = new LinkedHashMap(environment)
        added.each { name, value -> value ? environment.put(name, value) : environment.remove(name) }
        try {
            return body()
        } finally {
            environment = before
        }
    }

    /** Every process of the step, found by the cookie in its environment as Jenkins finds them. */
    static List processes(String cookie) {
        return new File('/proc').listFiles().findAll { entry ->
            try {
                entry.name.isInteger() && new File(entry, 'environ').text.contains(cookie)
            } catch (IOException ended) {
                false
            }
        }*.name
    }

}

abstract class Steps extends Script {

    Object methodMissing(String name, Object arguments) {
        Object step = Build.vars[name]
        if (step == null) {
            throw new MissingMethodException(name, getClass(), arguments as Object[])
        }
        checkSerializable(arguments)
        return step.call(*arguments)
    }

    Object propertyMissing(String name) {
        if (Build.vars.containsKey(name)) {
            return Build.vars[name]
        }
        throw new MissingPropertyException(name, getClass())
    }

    Map getEnv() { return Build.environment }

    Map getCurrentBuild() { return Build.told }

    Object node(Closure body) { return body() }

    Object stage(String name, Closure body) { return body() }

    // A declarative pipeline: its blocks run what is in them.
    Object pipeline(Closure body) { return body() }

    Object agent(Object where) { return where }

    Object getAny() { return 'any' }

    Object stages(Closure body) { return body() }

    Object steps(Closure body) { return body() }

    /** One branch after the other: the environment above is one for all. */
    Map parallel(Map branches) { return branches.collectEntries { name, body -> [name, body()] } }

    void echo(String message) { println(message) }

    void error(String message) { throw new AbortException(message) }

    String pwd(Map how = [:]) { return how.tmp ? Build.workspace.path + '@tmp' : Build.cwd.path }

    boolean fileExists(String path) { return Build.resolve(path).exists() }

    String readFile(Map what) {
        checkSerializable(what)
        return Build.resolve(what.file).getText(what.encoding ?: 'UTF-8')
    }

    void writeFile(Map what) {
        checkSerializable(what)
        File file = Build.resolve(what.file)
        file.parentFile.mkdirs()
        file.setText(what.text, what.encoding ?: 'UTF-8')
    }

    Object dir(String path, Closure body) {
        File before = Build.cwd
        Build.cwd = Build.resolve(path)
        try {
            return body()
        } finally {
            Build.cwd = before
        }
    }

    void deleteDir() { Build.cwd.deleteDir() }

    /** hudson.EnvVars.override: an empty value removes the variable. */
    Object withEnv(List overrides, Closure body) {
        checkSerializable(overrides)
        Map added = [:]
        overrides.each { String pair ->
            int split = pair.indexOf('=')
            assert split > 0
            added[pair.substring(0, split)] = pair.substring(split + 1)
        }
        return Build.within(added, body)
    }

    Map string(Map what) { return [kind: 'secret text'] + what }

    Map usernamePassword(Map what) { return [kind: 'username with password'] + what }

    Object withCredentials(List bindings, Closure body) {
        checkSerializable(bindings)
        Map added = [:]
        bindings.each { binding ->
            Object secret = Build.credentials[binding.credentialsId]
            if (secret == null) {
                throw new AbortException("Could not find credentials entry with ID '${binding.credentialsId}'")
            }
            String kind = secret instanceof List ? 'username with password' : 'secret text'
            if (kind != binding.kind) {
                throw new AbortException("Credentials '${binding.credentialsId}' is a ${kind}, not a ${binding.kind}")
            }
            if (secret instanceof List) {
                added[binding.usernameVariable] = secret[0]
                added[binding.passwordVariable] = secret[1]
            } else {
                added[binding.variable] = secret
            }
        }
        return Build.within(added, body)
    }

    void archiveArtifacts(Map what) {
        assert Build.resolve(what.artifacts).exists()
        Build.archived << what.artifacts
    }

    void junit(Map what) {
        checkSerializable(what)
        assert Build.resolve(what.testResults).exists()
        Build.tests << what
    }

    /** Only constants reach a shell: a GString would be an interpolated one. */
    Object sh(Map what) {
        checkSerializable(what)
        assert what.script instanceof String
        Build.labels << what.label
        File script = File.createTempFile('script', '.sh', Build.workspace)
        script.setText(what.script, 'UTF-8')
        script.executable = true
        String cookie = 'durable-' + UUID.randomUUID()
        List command = what.script.startsWith('#!') ? [script.path] : ['/bin/sh', '-xe', script.path]
        ProcessBuilder builder = new ProcessBuilder(command).directory(Build.cwd).redirectErrorStream(true)
        builder.environment().clear()
        builder.environment().putAll(Build.environment.collectEntries { k, v -> [(k): v.toString()] })
        builder.environment().put('JENKINS_SERVER_COOKIE', cookie)
        Process process = builder.start()
        Thread log = Thread.start { process.inputStream.eachLine('UTF-8') { println(it) } }
        try {
            waitFor(process, cookie)
        } finally {
            script.delete()
        }
        log.join()
        if (!what.returnStatus && process.exitValue() != 0) {
            throw new AbortException("script returned exit code ${process.exitValue()}")
        }
        return process.exitValue()
    }

    private void waitFor(Process process, String cookie) {
        File abort = new File(Build.workspace, 'abort')
        while (!process.waitFor(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
            if (abort.exists()) {
                String signal = abort.text.trim() ?: 'TERM'
                abort.delete()
                println('Sending interrupt signal to process')
                Build.processes(cookie).each { "kill -${signal} ${it}".execute().waitFor() }
                process.waitFor(20, java.util.concurrent.TimeUnit.SECONDS)
                throw new FlowInterruptedException()
            }
        }
    }

    /** What a step is given is saved with the build. */
    private void checkSerializable(Object value) {
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(value)
    }

}

def (String pipeline, String vars, String workspace, String report) = args
Build.workspace = Build.cwd = new File(workspace).canonicalFile
Build.environment = new LinkedHashMap(System.getenv()) + [WORKSPACE: Build.workspace.path, BUILD_TAG: 'jenkins-shop-12']
Build.credentials = new JsonSlurper().parseText(Build.environment.remove('HARNESS_CREDENTIALS') ?: '{}')
CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: Steps.name)
GroovyShell shell = new GroovyShell(getClass().classLoader, new Binding(), configuration)
new File(vars).listFiles().findAll { it.name.endsWith('.groovy') }.each {
    Build.vars[it.name - '.groovy'] = shell.parse(it)
}
Map result = [result: 'SUCCESS', error: null, returned: null]
try {
    result.returned = shell.parse(new File(pipeline).getText('UTF-8').replaceFirst(/(?m)^@Library\(.*\) _$/, '')).run()
} catch (FlowInterruptedException stop) {
    result.result = 'ABORTED'
} catch (AbortException failure) {
    result += [result: 'FAILURE', error: failure.message]
}
if (result.returned != null) {
    new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(result.returned)
}
result += [description: Build.told.description, archived: Build.archived, tests: Build.tests, labels: Build.labels]
new File(report).setText(JsonOutput.toJson(result), 'UTF-8')
