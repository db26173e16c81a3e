//go:build !linux

package redistest

import "syscall"

// tied does nothing here: a test that is killed leaves its servers running.
func tied() *syscall.SysProcAttr { return nil }
