package strictyaml

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func sorted(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return faults
}

const newBlock = "Viết dấu | sau dấu hai chấm của khóa, rồi xuống dòng, lùi vào hai dấu cách và viết chữ ở đó."

// scanAlways finds what YAML accepts but an editor did not mean.
func scanAlways(lines []scannedLine) []Fault {
	var faults []Fault
	begun := false
	for _, l := range lines {
		switch l.kind {
		case marker:
			if begun && strings.HasPrefix(l.raw, "---") {
				faults = append(faults, Fault{l.at(0), false, "documents", "Dòng --- bắt đầu một bài thứ hai trong cùng tệp; phần dưới không được đọc.",
					"Mỗi tệp một bài: chuyển phần dưới sang tệp khác, hoặc xóa dòng ---."})
			}
		case keyed, item:
			begun = true
			if f, ok := cutByHash(l); ok {
				faults = append(faults, f)
			}
			if f, ok := smartQuotes(l); ok {
				faults = append(faults, f)
			}
		case other:
			begun = true
		}
		if f, ok := questionMark(l); ok {
			faults = append(faults, f)
		}
	}
	return faults
}

// questionMark finds a list of questions whose marks YAML takes for keys.
func questionMark(l scannedLine) (Fault, bool) {
	content := strings.TrimLeft(l.raw, " -")
	if l.kind == inBlock || l.kind == blank || content != "?" && !strings.HasPrefix(content, "? ") {
		return Fault{}, false
	}
	return Fault{l.at(len(l.raw) - len(content)), false, "question-mark", "Dấu ? ở đầu dòng có nghĩa riêng trong tệp này.", "Bỏ dấu ? ở đầu dòng. " + newBlock}, true
}

// cutByHash finds a "#" that makes YAML drop the rest of a text. "# note",
// with a space, is taken for a real note.
func cutByHash(l scannedLine) (Fault, bool) {
	if l.quoted() || blockHeader.MatchString(l.value) {
		return Fault{}, false
	}
	for i := 1; i+1 < len(l.value); i++ {
		if l.value[i] != '#' || l.value[i-1] != ' ' && l.value[i-1] != '\t' {
			continue
		}
		if l.value[i+1] == ' ' {
			return Fault{}, false
		}
		return Fault{l.at(l.valAt + i), false, "hash", fmt.Sprintf("Từ dấu # trở đi («%s») bị coi là ghi chú và mất đi.", brief(l.value[i:])), newBlock}, true
	}
	return Fault{}, false
}

func smartQuotes(l scannedLine) (Fault, bool) {
	first, _ := utf8.DecodeRuneInString(l.value)
	if !strings.ContainsRune("“”„‘’", first) {
		return Fault{}, false
	}
	last, _ := utf8.DecodeLastRuneInString(l.value)
	if !strings.ContainsRune("“”’", last) && !strings.Contains(l.value, ": ") {
		return Fault{}, false // the text only begins with a quotation
	}
	return Fault{l.at(l.valAt), false, "smart-quotes", "Dấu nháy cong “ ” (Word tự đổi) không có tác dụng bao chữ ở đây.",
		"Bỏ hẳn hai dấu nháy; nếu cần giữ, viết dấu | sau dấu hai chấm rồi xuống dòng."}, true
}

var (
	yamlLine  = regexp.MustCompile(`line (\d+)`)
	tightKey  = regexp.MustCompile(`^(-\s+)?(\p{L}[\p{L} _-]{0,30}):([^\s/].*)$`)
	closedTwo = regexp.MustCompile(`^"(?:[^"\\]|\\.)*"\s*(#.*)?$`)
	closedOne = regexp.MustCompile(`^'(?:[^']|'')*'\s*(#.*)?$`)
)

// diagnose names the likely causes of a syntax error, each once a line, or,
// if neither it nor scanAlways knows any, the place where yaml.v3 stopped.
func diagnose(lines []scannedLine, err error, known bool) []Fault {
	var faults []Fault
	levels := []int{0}
	for i, l := range lines {
		if f, ok := leadingTab(l); ok {
			faults = append(faults, f)
			continue
		}
		if l.kind == blank || l.kind == inBlock || l.kind == marker {
			continue
		}
		if f, ok := lineCause(l); ok {
			faults = append(faults, f)
		} else if f, ok := indentCause(lines, i, levels); ok {
			faults = append(faults, f)
			continue
		}
		if l.dash {
			levels = openLevel(levels, l.indent)
		}
		if l.kind == keyed {
			levels = openLevel(levels, l.keyAt)
		}
	}
	if known || len(faults) > 0 {
		return mergeTabs(faults)
	}
	line := 1
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	line = min(max(line, 1), max(len(lines), 1))
	return []Fault{{Position{line, 1}, false, "syntax", "Tệp viết sai khuôn ở dòng này hoặc ngay phía trên.",
		"Xem dấu hai chấm, dấu gạch và khoảng lùi vào; so với tệp mẫu."}}
}

func leadingTab(l scannedLine) (Fault, bool) {
	lead := l.raw[:len(l.raw)-len(strings.TrimLeft(l.raw, " \t"))]
	i := strings.IndexByte(lead, '\t')
	if i < 0 || l.kind == blank {
		return Fault{}, false
	}
	return Fault{l.at(i), false, "tab", "Đầu dòng có dấu Tab.", "Xóa dấu Tab, gõ dấu cách thay vào (mỗi bậc hai dấu cách)."}, true
}

// mergeTabs tells a run of lines with tabs once.
func mergeTabs(faults []Fault) []Fault {
	first, more := -1, 0
	kept := faults[:0]
	for _, f := range faults {
		if f.Code == "tab" && first >= 0 {
			more++
			continue
		}
		if f.Code == "tab" {
			first = len(kept)
		}
		kept = append(kept, f)
	}
	if more > 0 {
		kept[first].Message = fmt.Sprintf("Đầu dòng có dấu Tab (và %d dòng khác cũng vậy).", more)
	}
	return kept
}

// lineCause looks at one line alone.
func lineCause(l scannedLine) (Fault, bool) {
	fail := func(at int, code, message, cure string) (Fault, bool) {
		return Fault{l.at(at), false, code, message, cure}, true
	}
	content := strings.TrimLeft(l.raw, " ")
	start := len(l.raw) - len(content)
	if m := tightKey.FindStringSubmatchIndex(content); l.kind != keyed && m != nil {
		return fail(start+m[6], "colon-space", fmt.Sprintf("Sau dấu hai chấm của «%s» thiếu dấu cách.", content[m[4]:m[5]]), "Thêm một dấu cách sau dấu hai chấm.")
	}
	if r, size := utf8.DecodeRuneInString(content); l.kind == other && (r == '-' || r == '–' || r == '•' || r == '—') && size < len(content) {
		if next, _ := utf8.DecodeRuneInString(content[size:]); r != '-' || !unicode.IsSpace(next) {
			return fail(start, "dash", "Dấu đầu dòng ở đây phải là gạch ngang và một dấu cách: «- ».", "Sửa thành «- » rồi mới đến chữ.")
		}
	}
	if l.value == "" || blockHeader.MatchString(l.value) {
		return Fault{}, false
	}
	return valueCause(l, fail)
}

func valueCause(l scannedLine, fail func(int, string, string, string) (Fault, bool)) (Fault, bool) {
	switch l.value[0] {
	case '[':
		return fail(l.valAt, "flow", "Danh sách viết trong ngoặc vuông [ ] không dùng được (dấu phẩy, dấu hỏi bên trong dễ sai).",
			"Viết dấu | sau dấu hai chấm, rồi mỗi mục một dòng, lùi vào hai dấu cách.")
	case '{':
		return fail(l.valAt, "flow", "Chữ bắt đầu bằng ngoặc nhọn { phải viết sau dấu |.", newBlock)
	case '&', '*', '!', '%', '@', '`':
		return fail(l.valAt, "special", fmt.Sprintf("Chữ không được bắt đầu bằng dấu %c.", l.value[0]), newBlock)
	case '|', '>':
		return fail(l.valAt, "block", fmt.Sprintf("Sau dấu %c phải xuống dòng ngay.", l.value[0]), "Chuyển chữ xuống dòng dưới, lùi vào hai dấu cách.")
	case '"', '\'':
		if closedTwo.MatchString(l.value) || closedOne.MatchString(l.value) {
			return Fault{}, false
		}
		return fail(l.valAt, "quotes", fmt.Sprintf("Dấu nháy %c mở ra mà không đóng ở cuối, hoặc còn chữ sau dấu đóng.", l.value[0]), "Bỏ các dấu nháy. "+newBlock)
	}
	if _, ok := smartQuotes(l); ok {
		return Fault{}, false // told already
	}
	if i := strings.Index(l.value+" ", ": "); i >= 0 {
		what := l.key
		if what == "" {
			what = "mục này"
		}
		return fail(l.valAt+i, "colon", fmt.Sprintf("Trong nội dung của «%s» có dấu hai chấm, máy hiểu lầm đó là khóa mới.", what), newBlock)
	}
	return Fault{}, false
}

// openLevel keeps the indents at which keys and dashes may go on.
func openLevel(levels []int, indent int) []int {
	for len(levels) > 0 && levels[len(levels)-1] > indent {
		levels = levels[:len(levels)-1]
	}
	if len(levels) == 0 || levels[len(levels)-1] < indent {
		levels = append(levels, indent)
	}
	return levels
}

// indentCause looks at a line among those above it.
func indentCause(lines []scannedLine, i int, levels []int) (Fault, bool) {
	l := lines[i]
	before := lastLine(lines, i)
	switch {
	case l.kind == other && l.header > 0:
		return Fault{l.at(l.indent), false, "indent", fmt.Sprintf("Dòng này thuộc đoạn chữ bắt đầu ở dòng %d nhưng không lùi vào.", l.header),
			"Thêm dấu cách ở đầu dòng cho thẳng với các dòng của đoạn đó."}, true
	case l.kind == other && (before == nil || before.kind != keyed && before.kind != item || l.indent == 0):
		return Fault{l.at(l.indent), false, "no-key", fmt.Sprintf("Dòng «%s» không có khóa và dấu hai chấm.", brief(l.value)),
			"Nếu là phần tiếp của đoạn chữ phía trên thì lùi vào hai dấu cách và đoạn đó phải bắt đầu bằng dấu |; nếu là khóa thì thêm dấu hai chấm."}, true
	case l.dash && l.indent < levels[len(levels)-1] && !slices.Contains(levels, l.indent):
		return Fault{l.at(l.indent), false, "indent", "Dấu gạch ở đây không thẳng hàng với dấu gạch phía trên.", "Sửa số dấu cách ở đầu dòng cho các dấu gạch thẳng hàng."}, true
	case l.kind == keyed && !l.dash && before != nil && before.kind == keyed && before.value != "" && !blockHeader.MatchString(before.value) && l.keyAt > before.keyAt:
		return Fault{l.at(l.keyAt), false, "indent", fmt.Sprintf("Khóa «%s» lùi vào sâu hơn khóa «%s» phía trên.", l.key, before.key), "Xóa bớt dấu cách cho hai khóa thẳng hàng."}, true
	case l.kind == keyed && !l.dash && l.keyAt < levels[len(levels)-1] && !slices.Contains(levels, l.keyAt):
		return Fault{l.at(l.keyAt), false, "indent", fmt.Sprintf("Khóa «%s» không thẳng hàng với khóa nào phía trên.", l.key), "Sửa số dấu cách ở đầu dòng cho thẳng với các khóa cùng bậc."}, true
	}
	return Fault{}, false
}

// lastLine is the last line above i that is not blank.
func lastLine(lines []scannedLine, i int) *scannedLine {
	for i--; i >= 0; i-- {
		if lines[i].kind != blank {
			return &lines[i]
		}
	}
	return nil
}

func brief(s string) string {
	runes := []rune(strings.TrimSpace(s))
	if len(runes) > 40 {
		return string(runes[:39]) + "…"
	}
	return string(runes)
}
