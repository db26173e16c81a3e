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

// Phones tells of the communes without a number; nothing if all have one.
func Phones(base *knowledge.Base) []trouble.Finding {
	var without []string
	for _, p := range base.Places {
		if p.Phone == "" {
			without = append(without, p.Name)
		}
	}
	if len(without) == 0 {
		return nil
	}
	return []trouble.Finding{trouble.Found("base", "Số điện thoại các xã", trouble.BasePhones,
		fmt.Sprintf("%d trong %d xã, phường chưa có số: %s", len(without), len(base.Places), firstOf(without)), "")}
}

// Reviews tells of the entries of a base that are overdue; nothing if none is.
func Reviews(base *knowledge.Base, now time.Time) []trouble.Finding {
	var ids []string
	for _, e := range base.Entries {
		if e.ReviewOverdue(knowledge.DateOf(now)) {
			ids = append(ids, e.ID)
		}
	}
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
