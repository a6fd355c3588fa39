/** Attach to a job that was launched before, and follow it to its end; help stands in aapFollow.txt. */
Map call(Map given = [:]) {
    return aapLauncher.run('follow', given)
}
