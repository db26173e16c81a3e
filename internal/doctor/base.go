package doctor

import (
	"fmt"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/trouble"
	"github.com/doithoai/doithoai/knowledge"
)

// namedMost is how many of many are named.
const namedMost = 5

// Overdue returns the entries that hold on a day, and were to be reviewed before.
func Overdue(base *knowledge.Base, on knowledge.Date) []string {
	var ids []string
	for _, e := range base.Entries {
		if e.ReviewBy != 0 && e.ReviewBy < on && e.HoldsOn(on) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// Reviews tells of the entries of a base that are overdue; nothing if none is.
func Reviews(base *knowledge.Base, now time.Time) []trouble.Finding {
	ids := Overdue(base, knowledge.DateOf(now))
	if len(ids) == 0 {
		return nil
	}
	return []trouble.Finding{trouble.Found("base", "Hạn kiểm lại", trouble.BaseOverdue,
		fmt.Sprintf("%d mục đã quá ngày kiểm lại: %s", len(ids), firstOf(ids)), "")}
}

// firstOf names a few of many.
func firstOf(names []string) string {
	if len(names) <= namedMost {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s và %d nữa", strings.Join(names[:namedMost], ", "), len(names)-namedMost)
}
