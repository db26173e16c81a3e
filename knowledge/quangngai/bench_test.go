package quangngai_test

import (
	"testing"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// BenchmarkLoad measures reading and checking the built-in base.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if base, _ := knowledge.Load(quangngai.FS()); base == nil {
			b.Fatal("base has errors")
		}
	}
}

// BenchmarkNewMatcher measures getting ready to answer, with the stored models.
func BenchmarkNewMatcher(b *testing.B) {
	base, _ := knowledge.Load(quangngai.FS())
	b.ReportAllocs()
	for b.Loop() {
		if !knowledge.NewMatcher(base, nil).Restored() {
			b.Fatal("stored models do not fit")
		}
	}
}

// BenchmarkAsk measures one message against the built-in base.
func BenchmarkAsk(b *testing.B) {
	m := matcher()
	questions := []string{
		"nha toi ho can ngheo di vien duoc giam may phan tram", "Hộ nghèo được cho bao nhiêu tiền điện một tháng?",
		"Má tui 76 tuổi, không có lương hưu, có được lãnh tiền người già không?", "lam ho chieu o dau", "vay vốn",
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Ask(knowledge.Query{Text: questions[i%len(questions)], On: today})
		i++
	}
}
