//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// hangups tells of each SIGHUP until stop.
func hangups() (told <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1) // one that waits is as good as ten
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}
