package delivery

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// describe names a panic without repeating what is being sent: the runtime's
// own errors hold numbers and types only, of any other value the type is told.
func describe(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", v)
}

// panicSite returns where the panic began, as "function file:line". Called by
// the deferred function that recovers it.
func panicSite() string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s %s:%d", path.Base(f.Function), path.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}
