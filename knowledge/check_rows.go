package knowledge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// checkRows checks the rows of "theo diện" of one entry.
func (c *checker) checkRows(e *entryDoc) {
	for i := range e.rows {
		row := &e.rows[i]
		row.folded = foldSayings(row.VerdictRow)
		switch {
		case row.See != "" && (row.Verdict != "" || row.Text != ""):
			c.err(e.File, row.At("xem"), "row", "Một dòng chỉ có hoặc «xem», hoặc «được» và «câu».", "Bỏ «xem», hoặc bỏ «được» và «câu».")
		case row.See != "":
			c.checkSee(e, row)
		case row.Mark("được") == nil && row.Text == "":
			c.err(e.File, row.Start(), "row", "Dòng này chưa nói được hay không.", "Thêm «được: có / một phần / không / tùy nơi» và «câu: |», hoặc «xem: mã-mục».")
		case row.Mark("được") == nil:
			c.err(e.File, row.Start(), "row", "Dòng này có «câu» nhưng thiếu «được».", "Thêm «được: có / một phần / không / tùy nơi».")
		case row.Text == "":
			c.err(e.File, row.Start(), "row", "Dòng này có «được» nhưng thiếu «câu».", "Thêm «câu: |» với câu trả lời cho diện này.")
		}
		for j := range i {
			if covers(e.rows[j].folded, row.folded) {
				c.err(e.File, row.Start(), "unreachable", fmt.Sprintf("Dòng này không bao giờ được dùng: dòng %d phía trên đã nhận hết các trường hợp của nó.", e.rows[j].Start().Line),
					"Chuyển dòng này lên trên dòng đó (trường hợp riêng đứng trước, chung đứng sau), hoặc xóa.")
				break
			}
		}
	}
}

func (c *checker) checkSee(e *entryDoc, row *rowDoc) {
	switch {
	case row.See == e.ID:
		c.err(e.File, row.At("xem"), "circle", "«xem» chỉ về chính mục này.", "Thay bằng «được» và «câu».")
	case !c.knownEntry(row.See):
		c.err(e.File, row.At("xem"), "unknown-entry", fmt.Sprintf("«xem» chỉ tới mục «%s», nhưng không có mục nào mã đó.", keyfile.Brief(row.See)), c.nearEntry(row.See))
	default:
		if day, ok := c.missingDay(row.See, e.From, e.Until); ok {
			c.warn(e.File, row.At("xem"), "see-gap", fmt.Sprintf("«xem» chỉ tới mục «%s», nhưng từ %s mục đó không có bản nào áp dụng.", row.See, day),
				"Thêm bản mới cho mục đó, hoặc sửa ngày hiệu lực của một trong hai mục.")
		}
	}
}

// missingDay finds the first day of a period on which no version of an entry
// holds. Days before the entry began do not count if they are past: nobody
// asks as of then.
func (c *checker) missingDay(id string, from, until Date) (Date, bool) {
	day := from
	if versions := c.entries[id]; len(versions) > 0 {
		begin := versions[0].From
		if c.o.Today != 0 {
			begin = min(begin, c.o.Today)
		}
		day = max(day, begin)
	}
	for _, v := range c.entries[id] {
		switch {
		case v.From > day && day != 0:
			return day, true
		case v.Until == 0 || until != 0 && v.Until >= until:
			return 0, false
		}
		day = max(day, v.Until.Next())
	}
	return day, len(c.entries[id]) > 0
}

// foldSayings prepares a row for covers: phrases without accents and case,
// between spaces.
func foldSayings(r VerdictRow) VerdictRow {
	fold := func(phrases []string) []string {
		out := make([]string, len(phrases))
		for i, p := range phrases {
			words := strings.Fields(p)
			for i, w := range words {
				words[i] = strictyaml.Fold(w)
			}
			out[i] = " " + strings.Join(words, " ") + " "
		}
		return out
	}
	r.Say, r.NotSay = fold(r.Say), fold(r.NotSay)
	return r
}

// covers tells whether row a holds whenever row b holds, so that b after a is
// never used. Both are folded.
func covers(a, b VerdictRow) bool {
	for _, x := range a.Conditions {
		var groups [][]Term
		for _, y := range b.Conditions {
			if y.Type == x.Type {
				groups = append(groups, y.AllOf...)
			}
		}
		if !conditionCovers(x.AllOf, groups) {
			return false
		}
	}
	for _, x := range a.Numbers {
		i := slices.IndexFunc(b.Numbers, func(y NumberCondition) bool { return y.Type == x.Type })
		if i < 0 || !numbersCover(x, b.Numbers[i]) {
			return false
		}
	}
	if len(a.Say) > 0 && (len(b.Say) == 0 || !everyContainsSome(b.Say, a.Say)) {
		return false
	}
	// b says none of b.NotSay; a asks that none of a.NotSay is said. What a
	// forbids must be forbidden by b already.
	return len(a.NotSay) == 0 || len(b.NotSay) > 0 && everyContainsSome(a.NotSay, b.NotSay)
}

// conditionCovers: each group of x is implied by a group of y, one whose terms
// are all among its own.
func conditionCovers(x, y [][]Term) bool {
	for _, wide := range x {
		if !slices.ContainsFunc(y, func(narrow []Term) bool {
			return len(narrow) > 0 && !slices.ContainsFunc(narrow, func(t Term) bool { return !slices.Contains(wide, t) })
		}) {
			return false
		}
	}
	return true
}

func numbersCover(x, y NumberCondition) bool {
	for _, narrow := range y.AnyOf {
		if !slices.ContainsFunc(x.AnyOf, func(wide Range) bool { return rangeCovers(wide, narrow) }) {
			return false
		}
	}
	return true
}

func rangeCovers(wide, narrow Range) bool {
	if wide.HasMin && (!narrow.HasMin || narrow.Min < wide.Min || narrow.Min == wide.Min && wide.OverMin && !narrow.OverMin) {
		return false
	}
	return !wide.HasMax || narrow.HasMax && (narrow.Max < wide.Max || narrow.Max == wide.Max && (!wide.UnderMax || narrow.UnderMax))
}

// everyContainsSome tells whether each phrase of long contains a phrase of
// short, as whole words, so that saying the former says the latter.
func everyContainsSome(long, short []string) bool {
	for _, l := range long {
		if !slices.ContainsFunc(short, func(s string) bool { return strings.Contains(l, s) }) {
			return false
		}
	}
	return true
}

// checkCircles follows "xem" for residents who have said no more than one way
// to meet the row's own conditions, and reports rows that lead back.
func (c *checker) checkCircles() {
	for _, e := range c.d.entries {
		for i := range e.rows {
			row := &e.rows[i]
			if row.See == "" || row.See == e.ID {
				continue
			}
			for _, said := range alternatives(row.folded) {
				if path := c.follow(e, said); path != nil {
					c.err(e.File, row.At("xem"), "circle", "«xem» chạy vòng: "+strings.Join(path, " → ")+".", "Ở một trong các mục này thay «xem» bằng «được» và «câu».")
					break
				}
			}
		}
	}
}

// follow returns the way from e back to e, or nil if there is none.
func (c *checker) follow(e *entryDoc, said VerdictRow) []string {
	path := []string{e.ID}
	for see := said.See; see != ""; see = c.sureSee(see, e, said) {
		if see == e.ID {
			return append(path, see)
		}
		if slices.Contains(path, see) {
			return nil // another entry's circle
		}
		path = append(path, see)
	}
	return nil
}

// maxAlternatives bounds the ways to meet one row that are followed.
const maxAlternatives = 64

// alternatives splits the "hoặc" of a row: each result has one term a group.
func alternatives(row VerdictRow) []VerdictRow {
	out := []VerdictRow{{See: row.See, Numbers: row.Numbers, Say: row.Say, NotSay: row.NotSay}}
	for _, cond := range row.Conditions {
		for _, group := range cond.AllOf {
			var next []VerdictRow
			for _, r := range out {
				for _, t := range group {
					r.Conditions = append(slices.Clip(r.Conditions), Condition{cond.Type, [][]Term{{t}}})
					next = append(next, r)
					r.Conditions = r.Conditions[:len(r.Conditions)-1]
				}
			}
			if len(next) > 0 && len(next) <= maxAlternatives {
				out = next
			}
		}
	}
	return out
}

// sureSee is where the entry sends a resident who has said this, or "" if it
// answers or it depends.
func (c *checker) sureSee(id string, from *entryDoc, said VerdictRow) string {
	for _, e := range c.entries[id] {
		if e.Until != 0 && e.Until < from.From || from.Until != 0 && from.Until < e.From {
			continue
		}
		for _, r := range e.rows {
			if covers(r.folded, said) {
				return r.See
			}
		}
	}
	return ""
}
