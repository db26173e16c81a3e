package knowledge

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// checkEntry checks what one version of an entry says of itself.
func (c *checker) checkEntry(e *entryDoc) {
	c.checkID(e.File, e.at("mã"), e.ID, idForm)
	c.checkFile(e)
	if _, ok := c.b.Topic(e.Topic); !ok && e.Topic != "" && !c.d.without[topicsName] {
		var ids []string
		for _, t := range c.b.Topics {
			ids = append(ids, t.ID)
		}
		cure := "Thêm chủ đề vào chu_de.yaml; đang có: " + quotedList(ids) + "."
		if near, ok := nearestWord(e.Topic, ids); ok {
			cure = fmt.Sprintf("Có phải ý là «%s»?", near)
		}
		c.err(e.File, e.at("chủ đề"), "unknown-topic", fmt.Sprintf("Không có chủ đề «%s».", brief(e.Topic)), cure)
	}
	for _, list := range []struct {
		name string
		ids  []string
	}{{"khác với", e.NotSame}, {"liên quan", e.Related}, {"mục", e.Offers}} {
		c.checkLinks(&e.located, list.name, e.ID, list.ids)
	}
	if e.Kind == Situation && len(e.Offers) == 0 {
		c.warn(e.File, e.start, "no-offers", "Tình huống này chưa mời xem mục nào.", "Thêm dòng «mục: mã-1, mã-2».")
	}
	c.checkSource(e)
	c.checkPicture(e)
}

func (c *checker) checkFile(e *entryDoc) {
	stem := strings.TrimSuffix(path.Base(e.File), path.Ext(e.File))
	id, version, versioned := strings.Cut(stem, ".")
	if e.ID != "" && id != e.ID {
		c.err(e.File, e.at("mã"), "file-name", fmt.Sprintf("Tên tệp là «%s» nhưng mã bên trong là «%s».", id, brief(e.ID)),
			fmt.Sprintf("Đổi tên tệp thành «%s.yaml», hoặc sửa mã.", brief(e.ID)))
	}
	if versioned {
		text, ok := strings.CutPrefix(version, "tu-")
		from, err := ParseDate(text)
		switch {
		case !ok || err != nil:
			c.err(e.File, e.start, "file-name", fmt.Sprintf("Phần «.%s» trong tên tệp không đúng khuôn.", version), fmt.Sprintf("Bản áp dụng về sau đặt tên như «%s.tu-2027-01-01.yaml».", id))
		case from != e.From:
			c.err(e.File, e.at("hiệu lực từ"), "file-name", fmt.Sprintf("Tên tệp ghi từ ngày %s nhưng «hiệu lực từ» là %s.", from, orNone(e.From)), "Sửa cho hai ngày giống nhau.")
		}
	}
	if folder := path.Dir(e.File); e.Kind == Policy && e.Topic != "" && folder != e.Topic { // situations may stand together
		c.warn(e.File, e.at("chủ đề"), "folder", fmt.Sprintf("Tệp nằm trong thư mục «%s» nhưng chủ đề là «%s».", folder, brief(e.Topic)), "Chuyển tệp sang đúng thư mục, hoặc sửa chủ đề.")
	}
}

func orNone(d Date) string {
	if d == 0 {
		return "để trống"
	}
	return d.String()
}

func (c *checker) checkSource(e *entryDoc) {
	switch {
	case e.Kind != Policy:
	case e.From == 0 && e.marks["hiệu lực từ"] == nil:
		c.err(e.File, e.start, "missing", "Thiếu khóa «hiệu lực từ» (ngày bắt đầu áp dụng, ví dụ 01/07/2026).", "Thêm dòng «hiệu lực từ: …».")
	}
	switch {
	case e.Kind != Policy || len(e.Legal) > 0:
	case e.Status == InForce:
		c.err(e.File, e.at("căn cứ"), "no-source", "Mục này chưa có căn cứ.", "Thêm «căn cứ: |» rồi mỗi dòng một văn bản: «văn bản · điều · đường dẫn»; nếu chưa tìm ra, đổi «tình trạng» thành «chưa rõ».")
	default:
		c.warn(e.File, e.at("căn cứ"), "no-source", "Mục này chưa có căn cứ.", "Thêm «căn cứ: |» khi tìm được văn bản.")
	}
	switch {
	case e.marks["kiểm lại"] == nil:
		c.warn(e.File, e.start, "no-review", "Mục này chưa có ngày kiểm lại.", "Thêm dòng «kiểm lại: ngày/tháng/năm».")
	case c.o.Today != 0 && e.ReviewBy != 0 && e.ReviewBy < c.o.Today && e.HoldsOn(c.o.Today):
		c.warn(e.File, e.at("kiểm lại"), "overdue", fmt.Sprintf("Đã quá ngày kiểm lại %s.", e.ReviewBy), "Đọc lại toàn mục, đối chiếu văn bản, rồi ghi ngày kiểm lại mới.")
	}
}

// checkPeriods checks the versions of each entry against each other.
func (c *checker) checkPeriods() {
	for _, id := range c.b.ids {
		versions := c.entries[id]
		for i, e := range versions {
			if e.Until != 0 && e.Until < e.From {
				c.err(e.File, e.at("hiệu lực đến"), "period", fmt.Sprintf("«hiệu lực đến» (%s) trước «hiệu lực từ» (%s).", e.Until, e.From), "Sửa một trong hai ngày.")
			}
			if i == 0 {
				continue
			}
			before := versions[i-1]
			switch {
			case e.From == before.From:
				c.err(e.File, e.at("hiệu lực từ"), "period", fmt.Sprintf("Hai tệp cùng mã «%s» cùng áp dụng từ %s (tệp kia: %s).", id, orNone(e.From), before.File), "Giữ lại một tệp, hoặc đổi mã, hoặc sửa ngày.")
			case before.Until == 0 || before.Until >= e.From:
				c.err(e.File, e.at("hiệu lực từ"), "period", fmt.Sprintf("Bản này áp dụng từ %s nhưng bản trước (%s) lúc đó vẫn còn hiệu lực.", e.From, before.File),
					fmt.Sprintf("Trong tệp %s ghi «hiệu lực đến: %s».", before.File, e.From.Before()))
			case before.Until.Next() < e.From:
				c.warn(e.File, e.at("hiệu lực từ"), "gap", fmt.Sprintf("Từ %s đến %s không có bản nào của «%s» áp dụng.", before.Until.Next(), e.From.Before(), id), "Nếu không phải chủ ý thì sửa ngày cho liền nhau.")
			}
		}
	}
}

// checkSpecial checks the special files.
func (c *checker) checkSpecial() {
	for i := range c.d.figures.figures {
		f := &c.d.figures.figures[i]
		c.checkID(f.file, f.at("mã"), f.ID, figureIDForm)
	}
	seen := map[string]strictyaml.Position{}
	unique := func(l *located, kind, id string) {
		key := kind + " " + id
		if first, ok := seen[key]; ok && id != "" {
			c.err(l.file, l.at("mã"), "duplicate", fmt.Sprintf("Mã «%s» đã có ở dòng %d.", brief(id), first.Line), "Đổi mã hoặc gộp hai mục.")
		}
		seen[key] = l.start
		c.checkID(l.file, l.at("mã"), id, idForm)
	}
	for i := range c.d.topics.topics {
		t := &c.d.topics.topics[i]
		unique(&t.located, "topic", t.ID)
		c.checkLinks(&t.located, "mục", "", t.Entries)
		c.checkLength(&t.located, "nhãn", t.Label, maxLabel)
	}
	for i := range c.d.topics.referrals {
		r := &c.d.topics.referrals[i]
		unique(&r.located, "other", r.ID)
		c.checkLinks(&r.located, "liên quan", "", r.Related)
		c.checkLength(&r.located, "nhãn", r.Label, maxLabel)
		c.checkLength(&r.located, "trả lời", r.Answer, maxAnswer)
		c.checkNoFigures(&r.located, "trả lời")
		if c.knownEntry(r.ID) {
			c.err(r.file, r.at("mã"), "duplicate", fmt.Sprintf("Mã «%s» đã là mã của một mục chính sách.", r.ID), "Đổi mã này.")
		}
	}
	for i := range c.d.topics.phrases {
		p := &c.d.topics.phrases[i]
		unique(&p.located, "other", p.ID)
		c.checkLength(&p.located, "trả lời", p.Answer, maxText)
		c.checkNoFigures(&p.located, "trả lời")
	}
	for i := range c.d.places.places {
		p := &c.d.places.places[i]
		unique(&p.located, "place", p.ID)
		for _, area := range p.Areas {
			if !slices.Contains(placeAreas(), area) {
				c.err(p.file, p.at("vùng"), "unknown-value", fmt.Sprintf("Không có vùng «%s».", brief(area)), "Chọn trong: "+quotedList(placeAreas())+".")
			}
		}
	}
	c.checkSpellings()
}

// placeAreas are the values of "nơi" a whole commune can have.
func placeAreas() []string {
	return []string{"biên giới", "đảo", "miền núi", "đồng bằng", "khu vực I", "khu vực II", "khu vực III", "đặc biệt khó khăn", "vùng khó khăn", "xã nghèo"}
}

// checkSpellings finds a spelling with two meanings.
func (c *checker) checkSpellings() {
	for _, list := range [][]spellingDoc{c.d.lexicon.abbreviations, c.d.lexicon.typos} {
		means := map[string]*spellingDoc{}
		for i := range list {
			s := &list[i]
			for _, w := range s.Written {
				if first := means[w]; first != nil && first.Means != s.Means {
					c.warn(s.file, s.at("viết"), "duplicate", fmt.Sprintf("«%s» đã được hiểu là «%s» ở dòng %d.", brief(w), brief(first.Means), first.start.Line), "Giữ lại một nghĩa.")
				}
				means[w] = s
			}
		}
	}
}

func (c *checker) checkLength(l *located, name, text string, limit int) {
	if n := utf8.RuneCountInString(text); n > limit {
		c.err(l.file, l.at(name), "too-long", fmt.Sprintf("«%s» dài %d ký tự, tối đa %d.", name, n, limit), "Viết ngắn lại; phần chi tiết chuyển sang khóa khác.")
	}
}

// checkNoFigures refuses figures where no period says on which days they must
// have a value.
func (c *checker) checkNoFigures(l *located, name string) {
	n := l.marks[name]
	if n == nil {
		return
	}
	for _, p := range parsePieces(n.Text) {
		if p.brace {
			c.err(l.file, n.PosAt(p.offset), "brace", "Ở đây không dùng được ngoặc nhọn { }.", "Viết bằng lời, hoặc mời xem mục có con số đó.")
		}
	}
}
