package hudson

/** Jenkins' own: an error that is told without a stack trace. */
class AbortException extends IOException {

    AbortException(String message) {
        super(message)
    }

}
