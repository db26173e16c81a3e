package knowledge

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// checkEntry checks what one version of an entry says of itself.
func (c *checker) checkEntry(e *entryDoc) {
	c.checkID(e.File, e.At("mã"), e.ID, idForm)
	c.checkFile(e)
	if _, ok := c.b.Topic(e.Topic); !ok && e.Topic != "" && !c.d.without[topicsName] {
		var ids []string
		for _, t := range c.b.Topics {
			ids = append(ids, t.ID)
		}
		cure := "Thêm chủ đề vào chu_de.yaml; đang có: " + keyfile.Quoted(ids) + "."
		if near, ok := keyfile.Nearest(e.Topic, ids); ok {
			cure = fmt.Sprintf("Có phải ý là «%s»?", near)
		}
		c.err(e.File, e.At("chủ đề"), "unknown-topic", fmt.Sprintf("Không có chủ đề «%s».", keyfile.Brief(e.Topic)), cure)
	}
	for _, list := range []struct {
		name string
		ids  []string
	}{{"khác với", e.NotSame}, {"liên quan", e.Related}, {"mục", e.Offers}} {
		c.checkLinks(&e.Located, list.name, e.ID, list.ids)
	}
	if e.Kind == Situation && len(e.Offers) == 0 {
		c.warn(e.File, e.Start(), "no-offers", "Tình huống này chưa mời xem mục nào.", "Thêm dòng «mục: mã-1, mã-2».")
	}
	c.checkSource(e)
	c.checkPicture(e)
}

func (c *checker) checkFile(e *entryDoc) {
	stem := strings.TrimSuffix(path.Base(e.File), path.Ext(e.File))
	id, version, versioned := strings.Cut(stem, ".")
	if e.ID != "" && id != e.ID {
		c.err(e.File, e.At("mã"), "file-name", fmt.Sprintf("Tên tệp là «%s» nhưng mã bên trong là «%s».", id, keyfile.Brief(e.ID)),
			fmt.Sprintf("Đổi tên tệp thành «%s.yaml», hoặc sửa mã.", keyfile.Brief(e.ID)))
	}
	if versioned {
		text, ok := strings.CutPrefix(version, "tu-")
		from, err := ParseDate(text)
		switch {
		case !ok || err != nil:
			c.err(e.File, e.Start(), "file-name", fmt.Sprintf("Phần «.%s» trong tên tệp không đúng khuôn.", version), fmt.Sprintf("Bản áp dụng về sau đặt tên như «%s.tu-2027-01-01.yaml».", id))
		case from != e.From:
			c.err(e.File, e.At("hiệu lực từ"), "file-name", fmt.Sprintf("Tên tệp ghi từ ngày %s nhưng «hiệu lực từ» là %s.", from, orNone(e.From)), "Sửa cho hai ngày giống nhau.")
		}
	}
	if folder := path.Dir(e.File); e.Kind == Policy && e.Topic != "" && folder != e.Topic { // situations may stand together
		c.warn(e.File, e.At("chủ đề"), "folder", fmt.Sprintf("Tệp nằm trong thư mục «%s» nhưng chủ đề là «%s».", folder, keyfile.Brief(e.Topic)), "Chuyển tệp sang đúng thư mục, hoặc sửa chủ đề.")
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
	case e.From == 0 && e.Mark("hiệu lực từ") == nil:
		c.err(e.File, e.Start(), "missing", "Thiếu khóa «hiệu lực từ» (ngày bắt đầu áp dụng, ví dụ 01/07/2026).", "Thêm dòng «hiệu lực từ: …».")
	}
	switch {
	case e.Kind != Policy || len(e.Legal) > 0:
	case e.Status == InForce:
		c.err(e.File, e.At("căn cứ"), "no-source", "Mục này chưa có căn cứ.", "Thêm «căn cứ: |» rồi mỗi dòng một văn bản: «văn bản · điều · đường dẫn»; nếu chưa tìm ra, đổi «tình trạng» thành «chưa rõ».")
	default:
		c.warn(e.File, e.At("căn cứ"), "no-source", "Mục này chưa có căn cứ.", "Thêm «căn cứ: |» khi tìm được văn bản.")
	}
	switch {
	case e.Mark("kiểm lại") == nil:
		c.warn(e.File, e.Start(), "no-review", "Mục này chưa có ngày kiểm lại.", "Thêm dòng «kiểm lại: ngày/tháng/năm».")
	case c.o.Today != 0 && e.ReviewOverdue(c.o.Today):
		c.warn(e.File, e.At("kiểm lại"), "overdue", fmt.Sprintf("Đã quá ngày kiểm lại %s.", e.ReviewBy), "Đọc lại toàn mục, đối chiếu văn bản, rồi ghi ngày kiểm lại mới.")
	}
}

// checkPeriods checks the versions of each entry against each other.
func (c *checker) checkPeriods() {
	for _, id := range c.b.ids {
		versions := c.entries[id]
		for i, e := range versions {
			if e.Until != 0 && e.Until < e.From {
				c.err(e.File, e.At("hiệu lực đến"), "period", fmt.Sprintf("«hiệu lực đến» (%s) trước «hiệu lực từ» (%s).", e.Until, e.From), "Sửa một trong hai ngày.")
			}
			if i == 0 {
				continue
			}
			before := versions[i-1]
			switch {
			case e.From == before.From:
				c.err(e.File, e.At("hiệu lực từ"), "period", fmt.Sprintf("Hai tệp cùng mã «%s» cùng áp dụng từ %s (tệp kia: %s).", id, orNone(e.From), before.File), "Giữ lại một tệp, hoặc đổi mã, hoặc sửa ngày.")
			case before.Until == 0 || before.Until >= e.From:
				c.err(e.File, e.At("hiệu lực từ"), "period", fmt.Sprintf("Bản này áp dụng từ %s nhưng bản trước (%s) lúc đó vẫn còn hiệu lực.", e.From, before.File),
					fmt.Sprintf("Trong tệp %s ghi «hiệu lực đến: %s».", before.File, e.From.Before()))
			case before.Until.Next() < e.From:
				c.warn(e.File, e.At("hiệu lực từ"), "gap", fmt.Sprintf("Từ %s đến %s không có bản nào của «%s» áp dụng.", before.Until.Next(), e.From.Before(), id), "Nếu không phải chủ ý thì sửa ngày cho liền nhau.")
			}
		}
	}
}

// checkSpecial checks the special files.
func (c *checker) checkSpecial() {
	for i := range c.d.figures.figures {
		f := &c.d.figures.figures[i]
		c.checkID(f.InFile(), f.At("mã"), f.ID, figureIDForm)
	}
	seen := map[string]strictyaml.Position{}
	unique := func(l *keyfile.Located, kind, id string) {
		key := kind + " " + id
		if first, ok := seen[key]; ok && id != "" {
			c.err(l.InFile(), l.At("mã"), "duplicate", fmt.Sprintf("Mã «%s» đã có ở dòng %d.", keyfile.Brief(id), first.Line), "Đổi mã hoặc gộp hai mục.")
		}
		seen[key] = l.Start()
		c.checkID(l.InFile(), l.At("mã"), id, idForm)
	}
	for i := range c.d.topics.topics {
		t := &c.d.topics.topics[i]
		unique(&t.Located, "topic", t.ID)
		c.checkLinks(&t.Located, "mục", "", t.Entries)
		c.checkLength(&t.Located, "nhãn", t.Label, maxLabel)
	}
	for i := range c.d.topics.referrals {
		r := &c.d.topics.referrals[i]
		unique(&r.Located, "other", r.ID)
		c.checkLinks(&r.Located, "liên quan", "", r.Related)
		c.checkLength(&r.Located, "nhãn", r.Label, maxLabel)
		c.checkLength(&r.Located, "trả lời", r.Answer, maxAnswer)
		c.checkNoFigures(&r.Located, "trả lời")
		if c.knownEntry(r.ID) {
			c.err(r.InFile(), r.At("mã"), "duplicate", fmt.Sprintf("Mã «%s» đã là mã của một mục chính sách.", r.ID), "Đổi mã này.")
		}
	}
	for i := range c.d.topics.phrases {
		p := &c.d.topics.phrases[i]
		unique(&p.Located, "other", p.ID)
		c.checkLength(&p.Located, "trả lời", p.Answer, maxText)
		c.checkNoFigures(&p.Located, "trả lời")
	}
	for i := range c.d.places.places {
		p := &c.d.places.places[i]
		unique(&p.Located, "place", p.ID)
		if p.Phone != "" && !isPhone(p.Phone) {
			c.err(p.InFile(), p.At("điện thoại"), "phone", fmt.Sprintf("«%s» không phải số điện thoại.", keyfile.Brief(p.Phone)),
				"Chỉ viết một số, 4 đến 11 chữ số, có thể cách nhau bằng dấu cách hoặc dấu chấm.")
		}
		for _, area := range p.Areas {
			if !slices.Contains(placeAreas(), area) {
				c.err(p.InFile(), p.At("vùng"), "unknown-value", fmt.Sprintf("Không có vùng «%s».", keyfile.Brief(area)), "Chọn trong: "+keyfile.Quoted(placeAreas())+".")
			}
		}
	}
	c.checkSpellings()
}

// isPhone tells whether s is one number that can be dialled in Viet Nam: 113 to
// 0255 3822 533.
func isPhone(s string) bool {
	digits := 0
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c != ' ' && c != '.':
			return false
		}
	}
	return digits >= 4 && digits <= 11
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
					c.warn(s.InFile(), s.At("viết"), "duplicate", fmt.Sprintf("«%s» đã được hiểu là «%s» ở dòng %d.", keyfile.Brief(w), keyfile.Brief(first.Means), first.Start().Line), "Giữ lại một nghĩa.")
				}
				means[w] = s
			}
		}
	}
}

func (c *checker) checkLength(l *keyfile.Located, name, text string, limit int) {
	if n := utf8.RuneCountInString(text); n > limit {
		c.err(l.InFile(), l.At(name), "too-long", fmt.Sprintf("«%s» dài %d ký tự, tối đa %d.", name, n, limit), "Viết ngắn lại; phần chi tiết chuyển sang khóa khác.")
	}
}

// checkNoFigures refuses figures where no period says on which days they must
// have a value.
func (c *checker) checkNoFigures(l *keyfile.Located, name string) {
	n := l.Mark(name)
	if n == nil {
		return
	}
	for _, p := range parsePieces(n.Text) {
		if p.brace {
			c.err(l.InFile(), n.PosAt(p.offset), "brace", "Ở đây không dùng được ngoặc nhọn { }.", "Viết bằng lời, hoặc mời xem mục có con số đó.")
		}
	}
}
