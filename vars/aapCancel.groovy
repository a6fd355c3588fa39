/** Ask a job to stop; help stands in aapCancel.txt. */
void call(Map given = [:]) {
    aapLauncher.run('cancel', given)
}
