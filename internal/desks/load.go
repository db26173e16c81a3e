package desks

import (
	"time"

	"github.com/doithoai/doithoai/knowledge"
)

// FileName is what the file is usually called, and how reports name it when it
// was loaded from bytes.
const FileName = "can_bo.yaml"

// World is what a file is checked against.
type World struct {
	Places []knowledge.Place
	Topics []knowledge.Topic
	Zone   *time.Location // of the clock times and dates in the file
}

// Load reads and checks a file. Name is what the report calls it. Now decides
// which holidays must be known and which absences are still to come. The result
// is nil if any fault is an error.
func Load(name string, data []byte, world World, now time.Time) (*Desks, Report) {
	panic("not yet")
}
