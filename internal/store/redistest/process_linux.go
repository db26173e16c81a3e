package redistest

import "syscall"

// tied ends a process with the one that started it.
func tied() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
