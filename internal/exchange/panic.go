package exchange

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// describe names a panic without repeating what a resident wrote: the runtime's
// own errors hold numbers and types only, of any other value the type is told.
func describe(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", v)
}

// panicSite returns the innermost frames of the code that panicked, as
// "function file:line". Called while the panic is being recovered.
func panicSite() string {
	const depth = 5
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var sites []string
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			sites = append(sites, fmt.Sprintf("%s %s:%d", path.Base(f.Function), path.Base(f.File), f.Line))
		}
		if !more || len(sites) == depth {
			return strings.Join(sites, " < ")
		}
	}
}
