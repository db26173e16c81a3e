package doctor

import (
	"context"
	"sync"
	"time"

	"github.com/doithoai/doithoai/internal/trouble"
)

// ProbeTime is how long one check may take.
const ProbeTime = 5 * time.Second

// Check looks at one thing. It ends soon after its context, and what it could
// not find out until then it tells as such.
type Check func(ctx context.Context) []trouble.Finding

// Run makes all checks at once, each within [ProbeTime], and returns what they
// found in their order.
func Run(ctx context.Context, checks ...Check) []trouble.Finding {
	found := make([][]trouble.Finding, len(checks))
	var looking sync.WaitGroup
	for i, check := range checks {
		looking.Go(func() {
			limited, cancel := context.WithTimeout(ctx, ProbeTime)
			defer cancel()
			found[i] = check(limited)
		})
	}
	looking.Wait()
	var all []trouble.Finding
	for _, some := range found {
		all = append(all, some...)
	}
	return all
}

// Report is all that was found, as «doctor --json» prints it. What is published
// stays; fields may be added.
type Report struct {
	OK       bool              `json:"ok"` // no fault
	Faults   int               `json:"faults"`
	Warnings int               `json:"warnings"`
	Findings []trouble.Finding `json:"findings"`
}

// NewReport sums findings up.
func NewReport(found []trouble.Finding) Report {
	r := Report{Findings: found}
	for _, f := range found {
		switch f.Grade {
		case trouble.Fault:
			r.Faults++
		case trouble.Warning:
			r.Warnings++
		}
	}
	r.OK = r.Faults == 0
	return r
}
