package knowledge

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// asked is where a wording stands.
type asked struct {
	id, file string
	at       strictyaml.Position
}

// checkQuestions finds one wording under two subjects, and questions that name
// what does not exist.
func (c *checker) checkQuestions() {
	seen := map[string]asked{}
	add := func(l *keyfile.Located, id string) {
		n := l.Mark("câu hỏi")
		if n == nil {
			return
		}
		var sink []Fault
		for _, line := range (&keyfile.Reader{File: l.InFile(), Faults: &sink}).Lines("câu hỏi", n) {
			key := questionKey(line.Text)
			first, ok := seen[key]
			switch {
			case !ok:
				seen[key] = asked{id, l.InFile(), line.At}
			case first.id != id:
				c.err(l.InFile(), line.At, "same-question", fmt.Sprintf("Câu «%s» đã có ở mục «%s» (%s:%d).", keyfile.Brief(line.Text), first.id, first.file, first.at.Line), "Để câu này ở một mục thôi, hoặc viết rõ hơn cho khác nhau.")
			case first.file == l.InFile():
				c.warn(l.InFile(), line.At, "same-question", fmt.Sprintf("Câu «%s» viết hai lần (dòng %d).", keyfile.Brief(line.Text), first.at.Line), "Xóa một câu.")
			}
		}
	}
	for _, e := range c.d.entries {
		add(&e.Located, e.ID)
	}
	for i := range c.d.topics.referrals {
		add(&c.d.topics.referrals[i].Located, c.d.topics.referrals[i].ID)
	}
	for i := range c.d.topics.phrases {
		add(&c.d.topics.phrases[i].Located, c.d.topics.phrases[i].ID)
	}
	for _, q := range slices.Concat(c.d.learning, c.d.tests) {
		c.checkQuestion(q)
	}
	c.checkLabels()
}

// questionKey is a question without case, spacing and marks; accents count.
func questionKey(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, " ")
}

func (c *checker) checkQuestion(q Question) {
	at := strictyaml.Position{Line: q.Line, Column: 1}
	if q.ID == "" {
		c.err(q.File, at, "missing", `Thiếu "id": câu này mục nào trả lời?`, `Thêm "id": "mã-mục", hoặc "none" nếu không mục nào.`)
	}
	for _, id := range append([]string{q.ID}, q.Also...) {
		if id != "" && !c.knownEntry(id) && !c.others[id] && !c.d.without[topicsName] {
			c.err(q.File, at, "unknown-entry", fmt.Sprintf("Không có mục nào mã «%s».", keyfile.Brief(id)), c.nearEntry(id))
		}
	}
	if q.Verdict != "" && !slices.Contains([]Verdict{Yes, Partly, No, Depends}, q.Verdict) {
		c.err(q.File, at, "choice", fmt.Sprintf(`"verdict" không có «%s».`, keyfile.Brief(string(q.Verdict))), `Chọn "duoc", "mot_phan", "khong" hoặc "tuy_noi".`)
	}
	facets := []string{"who", "benefit", "how", "papers", "where", "time", "legal", "notes"}
	if q.Facet != "" && !slices.Contains(facets, q.Facet) {
		c.err(q.File, at, "choice", fmt.Sprintf(`"facet" không có «%s».`, keyfile.Brief(q.Facet)), "Chọn trong: "+keyfile.Quoted(facets)+".")
	}
}

// checkLabels finds buttons nobody can tell apart.
func (c *checker) checkLabels() {
	first := map[string]*entryDoc{}
	for _, e := range c.d.entries {
		key := questionKey(e.Label)
		if other := first[key]; other != nil && other.ID != e.ID && key != "" {
			c.warn(e.File, e.At("nhãn"), "same-label", fmt.Sprintf("Nhãn «%s» giống hệt nhãn của mục «%s».", keyfile.Brief(e.Label), other.ID), "Đổi một nhãn để bà con phân biệt được hai nút.")
		} else {
			first[key] = e
		}
	}
}

// separated tells whether a test question expects one of the entries and not
// the other.
func (c *checker) separated(a, b string) bool {
	only := func(a, b string) bool {
		return slices.ContainsFunc(c.tests[a], func(q Question) bool { return !slices.Contains(q.Also, b) })
	}
	return only(a, b) || only(b, a)
}

// checkFamilies looks for entries that could both claim a question, and for
// near misses nobody tests.
func (c *checker) checkFamilies() {
	if len(c.d.tests) == 0 {
		c.d.fault(testsFolder, Warning, "no-tests", "Chưa có câu hỏi thử nào.", "Thêm tệp .jsonl vào thư mục «"+testsFolder+"»; nhờ đó biết sửa chỗ này có làm hỏng chỗ khác không.")
		return
	}
	families := map[string][]*entryDoc{}
	for _, id := range c.b.ids {
		e := c.entries[id][len(c.entries[id])-1]
		for _, other := range families[e.Family] {
			if e.Family != "" && overlap(e.When, other.When) && !c.separated(e.ID, other.ID) {
				c.warn(e.File, e.At("khi"), "overlap", fmt.Sprintf("«khi» của mục này và của «%s» có thể cùng đúng với một câu hỏi.", other.ID), "Viết «khi» cho khác nhau, hoặc thêm câu hỏi thử phân biệt hai mục.")
			}
		}
		if e.Family != "" {
			families[e.Family] = append(families[e.Family], e)
		}
		for _, near := range e.NotSame {
			if c.knownEntry(near) && near != e.ID && !c.separated(e.ID, near) {
				c.err(e.File, e.At("khác với"), "not-separated", fmt.Sprintf("Chưa có câu hỏi thử nào phân biệt mục này với «%s».", near), "Thêm vào thư mục «"+testsFolder+"» một câu mà chỉ một trong hai mục trả lời đúng.")
			}
		}
		if e.ID != "" && len(c.tests[id]) == 0 && !slices.ContainsFunc(c.d.tests, func(q Question) bool { return slices.Contains(q.Also, id) }) {
			c.warn(e.File, e.At("mã"), "untested", "Chưa có câu hỏi thử nào cho mục này.", "Thêm một câu vào thư mục «"+testsFolder+"».")
		}
	}
}

// overlap tells whether a question can satisfy both: no type is asked by both
// with different values. Two entries that say nothing do not count.
func overlap(a, b When) bool {
	if len(a.Values) == 0 || len(b.Values) == 0 {
		return false
	}
	for typ, values := range a.Values {
		others, ok := b.Values[typ]
		if ok && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(others, v) }) {
			return false
		}
	}
	return true
}

// checkTests asks the test questions, if everything else is in order.
func (c *checker) checkTests() {
	if c.o.Asker == nil || slices.ContainsFunc(c.d.faults, func(f Fault) bool { return f.Severity == Error }) {
		return
	}
	asker := c.o.Asker(c.b)
	for _, q := range c.d.tests {
		entry, verdict := asker.Ask(q)
		at := strictyaml.Position{Line: q.Line, Column: 1}
		switch {
		case entry != q.ID && !slices.Contains(q.Also, entry):
			c.err(q.File, at, "test-entry", fmt.Sprintf("Câu thử «%s» phải ra mục «%s» nhưng ra «%s».", keyfile.Brief(q.Q), q.ID, entry), "Xem lại «khi» và «câu hỏi» của hai mục, hoặc sửa câu thử nếu nó sai.")
		case q.Verdict != "" && verdict != string(q.Verdict):
			c.err(q.File, at, "test-verdict", fmt.Sprintf("Câu thử «%s» phải kết luận «%s» nhưng ra «%s».", keyfile.Brief(q.Q), q.Verdict, verdict), "Xem lại «theo diện» của mục «"+q.ID+"», hoặc sửa câu thử nếu nó sai.")
		}
	}
}
