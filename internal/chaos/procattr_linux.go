package chaos

import "syscall"

// diesWithParent ends a replica with the test, however that ends.
func diesWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
