package quangngai_test

import (
	"testing"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// P5 starts at home: the built-in base has no error.
func TestBuiltInBase(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(quangngai.FS())
	if base == nil {
		t.Fatal(report.Text())
	}
	for _, id := range base.IDs() {
		for _, e := range base.Versions(id) {
			day := max(e.From, 20260101)
			if !e.HoldsOn(day) {
				continue
			}
			for _, row := range e.Verdicts {
				if _, err := base.Render(row.Text, day); err != nil {
					t.Errorf("%s, line %d: %v", e.File, row.Line, err)
				}
			}
			if _, err := base.Render(e.Answer, day); err != nil {
				t.Errorf("%s: %v", e.File, err)
			}
		}
	}
}
