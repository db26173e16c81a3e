package knowledge

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// checker looks for what is wrong between the documents of a base. It only
// adds faults.
type checker struct {
	d *draft
	b *Base
	o Options

	entries map[string][]*entryDoc // versions by id, oldest first
	others  map[string]bool        // ids of referrals and phrases
	tests   map[string][]Question  // by the entry they expect
}

func (d *draft) check(b *Base, o Options) {
	c := &checker{d: d, b: b, o: o, entries: map[string][]*entryDoc{}, others: map[string]bool{NoEntry: true}, tests: map[string][]Question{}}
	for _, e := range d.entries {
		c.entries[e.ID] = append(c.entries[e.ID], e)
	}
	for _, r := range d.topics.referrals {
		c.others[r.ID] = true
	}
	for _, p := range d.topics.phrases {
		c.others[p.ID] = true
	}
	for _, q := range d.tests {
		c.tests[q.ID] = append(c.tests[q.ID], q)
	}
	amounts := c.amounts()
	words := c.wordRules()
	for _, e := range d.entries {
		c.checkEntry(e)
		c.checkRows(e)
		c.checkTexts(e, amounts, words)
	}
	c.checkPeriods()
	c.checkCircles()
	c.checkSpecial()
	c.checkQuestions()
	c.checkFamilies()
	c.checkTests()
}

func (c *checker) err(file string, at strictyaml.Position, code, message, cure string) {
	c.d.reader(file).Err(at, code, message, cure)
}

func (c *checker) warn(file string, at strictyaml.Position, code, message, cure string) {
	c.d.reader(file).Warn(at, code, message, cure)
}

// maxID is the length an id may have: it stands in a button's payload, which
// one channel limits to 64 bytes.
const maxID = 32

var (
	idForm       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	figureIDForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// checkID checks the form of an id.
func (c *checker) checkID(file string, at strictyaml.Position, id string, form *regexp.Regexp) {
	switch {
	case id == "": // told as missing
	case len(id) > maxID && form == idForm:
		c.err(file, at, "id", fmt.Sprintf("Mã «%s» dài quá %d ký tự.", keyfile.Brief(id), maxID), "Rút ngắn mã (nhớ đổi cả tên tệp).")
	case !form.MatchString(id) && form == idForm:
		c.err(file, at, "id", fmt.Sprintf("Mã «%s» không hợp lệ.", keyfile.Brief(id)), "Chỉ dùng chữ thường không dấu, số và gạch nối, ví dụ bhyt-ho-ngheo.")
	case !form.MatchString(id):
		c.err(file, at, "id", fmt.Sprintf("Mã «%s» không hợp lệ.", keyfile.Brief(id)), "Chỉ dùng chữ thường không dấu, số và gạch dưới, bắt đầu bằng chữ, ví dụ luong_co_so.")
	}
}

// knownEntry tells whether an id may be named as an entry. Files that cannot
// be read count: their fault is told once, where it is.
func (c *checker) knownEntry(id string) bool {
	return len(c.entries[id]) > 0 || slices.Contains(c.d.unread, id)
}

// checkLinks checks a list of entry ids under a key.
func (c *checker) checkLinks(l *keyfile.Located, name, self string, ids []string) {
	n := l.Mark(name)
	if n == nil {
		return
	}
	var sink []Fault // faults of the list itself are told already
	for _, item := range (&keyfile.Reader{File: l.InFile(), Faults: &sink}).List(name, n) {
		id := item.Text
		switch {
		case !slices.Contains(ids, id):
		case id == self:
			c.err(l.InFile(), item.At, "self", fmt.Sprintf("«%s» kể chính mục này.", name), "Xóa mã này đi.")
		case !c.knownEntry(id):
			c.err(l.InFile(), item.At, "unknown-entry", fmt.Sprintf("«%s» kể mục «%s», nhưng không có mục nào mã đó.", name, keyfile.Brief(id)), c.nearEntry(id))
		}
	}
}

// nearEntry is the cure for an unknown entry.
func (c *checker) nearEntry(id string) string {
	if near, ok := keyfile.Nearest(id, c.b.ids); ok {
		return fmt.Sprintf("Có phải ý là «%s»?", near)
	}
	return "Sửa mã cho đúng, hoặc xóa đi nếu mục đó chưa viết."
}
