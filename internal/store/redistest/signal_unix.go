//go:build unix

package redistest

import "syscall"

// What stops a process without ending it, and lets it go on.
const (
	stop = syscall.SIGSTOP
	goOn = syscall.SIGCONT
)
