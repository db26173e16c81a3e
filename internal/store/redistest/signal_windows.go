package redistest

import "syscall"

// There is no redis-server here, and nothing that stops one.
const (
	stop = syscall.Signal(0)
	goOn = syscall.Signal(0)
)
