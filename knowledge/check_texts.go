package knowledge

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// textDoc is a text residents may read, with its place.
type textDoc struct {
	name string
	node *strictyaml.Node
}

// texts lists the texts of an entry; a list gives each item.
func (e *entryDoc) texts() []textDoc {
	var out []textDoc
	add := func(l *keyfile.Located, names ...string) {
		for _, name := range names {
			n := l.Mark(name)
			switch {
			case n == nil:
			case n.Kind == strictyaml.Text:
				out = append(out, textDoc{name, n})
			default:
				for _, item := range n.Items {
					if item.Kind == strictyaml.Text {
						out = append(out, textDoc{name, item})
					}
				}
			}
		}
	}
	add(&e.Located, "trả lời", "đối tượng", "mức hưởng", "thủ tục", "giấy tờ", "nơi nộp", "thời hạn", "lưu ý")
	for i := range e.rows {
		add(&e.rows[i].Located, "câu")
	}
	return out
}

// checkTexts checks the texts of one entry.
func (c *checker) checkTexts(e *entryDoc, amounts amountIndex, words []wordRule) {
	for _, f := range e.lengths() {
		c.checkLength(f.l, f.name, f.text, f.limit)
	}
	texts := e.texts()
	var all strings.Builder
	for _, t := range texts {
		all.WriteString(strings.ToLower(t.node.Text))
		all.WriteByte('\n')
	}
	for _, t := range texts {
		for _, p := range parsePieces(t.node.Text) {
			if p.brace {
				c.checkFigure(e, t, p)
			} else {
				c.checkAmounts(e, t, p, amounts)
			}
		}
		for _, s := range sentences(t.node.Text) {
			if s.syllables > maxSyllables {
				c.warn(e.File, t.node.PosAt(s.offset), "long-sentence", fmt.Sprintf("Câu dài %d tiếng (nên từ %d trở xuống): «%s»", s.syllables, maxSyllables, keyfile.Brief(s.text)), "Tách thành hai câu.")
			}
			c.checkWords(e, t, s, words, all.String())
		}
	}
}

type lengthDoc struct {
	l          *keyfile.Located
	name, text string
	limit      int
}

// lengths lists what has a limit. A figure counts with its braces, which is
// about as long as the number that replaces it.
func (e *entryDoc) lengths() []lengthDoc {
	l := &e.Located
	out := []lengthDoc{
		{l, "nhãn", e.Label, maxLabel}, {l, "tên", e.Name, maxName}, {l, "trả lời", e.Answer, maxAnswer},
		{l, "đối tượng", e.Who, maxText}, {l, "mức hưởng", e.Benefit, maxText}, {l, "thủ tục", e.How, maxText},
		{l, "giấy tờ", strings.Join(e.Papers, "\n"), maxText}, {l, "nơi nộp", e.Where, maxText}, {l, "thời hạn", e.Time, maxText}, {l, "lưu ý", e.Notes, maxText},
	}
	for i := range e.rows {
		out = append(out, lengthDoc{&e.rows[i].Located, "câu", e.rows[i].Text, maxAnswer})
	}
	return out
}

// checkFigure checks that a figure can be shown on every day the entry holds.
func (c *checker) checkFigure(e *entryDoc, t textDoc, p piece) {
	at := t.node.PosAt(p.offset)
	fail := func(code, message, cure string) { c.err(e.File, at, code, message, cure) }
	if p.broken {
		fail("brace", fmt.Sprintf("Ngoặc nhọn ở đây không đúng khuôn («%s»).", keyfile.Brief(p.text)), "Viết {mã_số_liệu} hoặc {mã_số_liệu@01/01/2027}; nếu không phải số liệu thì đừng dùng ngoặc nhọn.")
		return
	}
	f, ok := c.b.Figure(p.figure)
	if !ok && c.d.without[figuresName] {
		return
	}
	if !ok {
		fail("unknown-figure", fmt.Sprintf("Không có số liệu «%s».", keyfile.Brief(p.figure)), c.d.nearFigure(p.figure))
		return
	}
	if rest := t.node.Text[p.offset+len(p.text)+1:]; f.Unit != "" && strings.HasPrefix(strings.TrimLeft(rest, " "), f.Unit) {
		c.warn(e.File, at, "unit-twice", fmt.Sprintf("{%s} đã có sẵn đơn vị «%s», viết thêm sẽ bị lặp.", p.text, f.Unit), "Xóa đơn vị sau dấu }.")
	}
	day, last := e.From, e.Until
	if p.on != 0 {
		day, last = p.on, p.on
	} else if day == 0 && len(f.Values) > 0 {
		day = f.Values[0].From
	}
	for {
		v, ok := f.On(day)
		if !ok {
			fail("no-value", fmt.Sprintf("Số liệu «%s» không có giá trị vào ngày %s.", p.figure, day), "Thêm giá trị của ngày đó vào so_lieu.yaml, hoặc sửa ngày hiệu lực của mục này.")
			return
		}
		if v.Certainty != Seen {
			fail("not-seen", fmt.Sprintf("Số liệu «%s» từ %s chưa «đã thấy» trong nguồn nào, không được nói với bà con.", p.figure, orNone(v.From)), "Tìm nguồn rồi ghi «chắc: đã thấy», hoặc viết lại câu không có con số này.")
			return
		}
		if _, err := f.Text(v.Amount); err != nil {
			fail("not-round", fmt.Sprintf("Số liệu «%s» tính ra số lẻ, không đọc được.", p.figure), "Thêm «làm tròn: đồng» (hoặc trăm, nghìn) cho số liệu đó.")
			return
		}
		if v.Until == 0 || last != 0 && v.Until >= last {
			return
		}
		day = v.Until.Next()
	}
}

// maxSyllables is how long a sentence may be to be understood when read aloud.
const maxSyllables = 20

type sentence struct {
	text      string
	offset    int
	syllables int
}

// sentences cuts a text at marks and line ends.
func sentences(text string) []sentence {
	var out []sentence
	start := 0
	flush := func(end int) {
		s := text[start:end]
		if trimmed := strings.TrimSpace(s); trimmed != "" {
			out = append(out, sentence{trimmed, start + strings.Index(s, trimmed), syllables(trimmed)})
		}
		start = end
	}
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		switch r {
		case '\n', '!', '?', ';', ':', '…':
			flush(end)
		case '.':
			if end == len(text) || text[end] == ' ' || text[end] == '\n' {
				flush(end)
			}
		}
	}
	flush(len(text))
	return out
}

func syllables(s string) int {
	n := 0
	for word := range strings.FieldsSeq(s) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}
