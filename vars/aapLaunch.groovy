/** Launch a template, follow its job to the end, and give its outputs back; help stands in aapLaunch.txt. */
Map call(Map given = [:]) {
    return aapLauncher.run('launch', given)
}
