package org.jenkinsci.plugins.workflow.steps

/** Jenkins' own: the build was aborted, or a timeout passed. */
class FlowInterruptedException extends InterruptedException { }
