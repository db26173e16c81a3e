package editorial

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/escalation"
)

// Draft is what one case teaches: an entry of an officer's own words, or a
// wording for an entry that was sent.
type Draft struct {
	Mark     string // names the case to this package alone, see [Folder]
	Question string // stripped
	Answer   string // stripped; empty for a wording
	Topic    string // id; may be empty
	Near     string // the nearest entry; may be empty
	Entry    string // of a wording: the entry it is for
}

// Drafts returns what the cases teach whose residents found the answer clear, the
// oldest first. The last thing that an officer said counts; notes that were not
// sent, files, proposals, and what is urgent or confidential do not.
func Drafts(cases []escalation.Case) []Draft {
	cases = slices.Clone(cases)
	slices.SortFunc(cases, func(a, b escalation.Case) int { return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.Code, b.Code)) })
	var out []Draft
	for _, c := range cases {
		if d, ok := draftOf(c); ok {
			out = append(out, d)
		}
	}
	return out
}

// clear is how a case ended whose resident understood.
const clear = "clear"

func draftOf(c escalation.Case) (Draft, bool) {
	if !isQuestion(c) || c.How != clear || question(c) == "" {
		return Draft{}, false
	}
	d := Draft{Mark: markOf(c), Question: oneLine(Strip(question(c))), Topic: c.Topic, Near: nearest(c)}
	if !says(d.Question) {
		return Draft{}, false
	}
	for _, s := range slices.Backward(c.Said) {
		switch {
		case s.Kind == escalation.SaidAnswer && strings.TrimSpace(s.Text) != "":
			d.Answer = Strip(s.Text)
			return d, says(d.Answer)
		case s.Kind == escalation.SaidEntry && s.Entry != "":
			d.Entry = s.Entry
			return d, true
		case s.Kind == escalation.SaidDone:
			return Draft{}, false
		}
	}
	return Draft{}, false
}

// says reports whether anything is left of a text that was stripped.
func says(text string) bool {
	return strings.ContainsFunc(strings.ReplaceAll(text, Left, ""), unicode.IsLetter)
}

// markOf names a case in a way that its code alone does not give away: the code
// has so few digits that all could be tried.
func markOf(c escalation.Case) string {
	sum := sha256.Sum256([]byte(c.Code + " " + c.Opened.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:10])
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

const (
	maxName  = 100 // characters of a draft's name
	maxLabel = 24  // of its label
)

// YAML returns a draft in the form of an entry, under an id of its own. Every
// comment is for the editor who takes it over.
func (d Draft) YAML(id string) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# BẢN NHÁP, chưa ai duyệt: lời cán bộ trả lời một hồ sơ mà bà con báo đã rõ. Bà con chưa thấy bản này.")
	line("# Đọc kỹ: còn tên người, số riêng, chỗ ở thì bỏ; chỗ «%s» thì viết lại. Tìm văn bản làm căn cứ rồi mới dùng.", Left)
	line("%s%s", markLine, d.Mark)
	if d.Near != "" {
		line("# Mục gần nhất: %s. Nếu cùng một việc thì sửa mục đó, đừng thêm mục mới.", plain(d.Near))
	}
	line("mã: %s", id)
	if d.Topic != "" {
		line("chủ đề: %s", plain(d.Topic))
	} else {
		line("# chủ đề: (chưa rõ, chọn một chủ đề trong chu_de.yaml)")
	}
	asked := inBase(d.Question)
	line("tên: |\n  %s", cut(asked, maxName))
	line("nhãn: |\n  %s", cut(asked, maxLabel))
	line("câu hỏi: |\n  %s", asked)
	line("trả lời: |")
	for text := range strings.Lines(inBase(d.Answer)) {
		if text = oneLine(text); text != "" {
			line("  %s", text)
		}
	}
	line("# căn cứ: |")
	line("#   (tên văn bản · điều · đường dẫn)")
	line("# hiệu lực từ: (ngày/tháng/năm, xem trong văn bản)")
	line("# kiểm lại: (ngày phải đọc lại)")
	line("tình trạng: chưa rõ")
	return []byte(b.String())
}

// inBase is a text as an entry may hold it: braces would name a figure there.
func inBase(text string) string { return strings.NewReplacer("{", "(", "}", ")").Replace(text) }

// plain is an id as it may stand in a file: what is no letter, digit or dash is
// dropped.
func plain(id string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, id)
}

// cut shortens a text to at most so many characters, at a space if there is one.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	short := string([]rune(text)[:most])
	if i := strings.LastIndexByte(short, ' '); i > 0 {
		short = short[:i]
	}
	return strings.TrimRight(short, " ,.;:–-")
}
