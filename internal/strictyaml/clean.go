package strictyaml

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxSize is the size in bytes over which a file is refused: a hundred times
// the longest entry, and small enough that nothing in it can cost much.
const MaxSize = 1 << 20

// clean turns the bytes of a file into lines of text YAML can read, or tells
// why they are no text at all.
func clean(data []byte) (string, []Fault) {
	fail := func(code, message, cure string) (string, []Fault) {
		return "", []Fault{{Position{1, 1}, false, code, message, cure}}
	}
	const saveAgain = "Mở lại tệp, chọn «Lưu thành» (Save as), mục mã hóa (Encoding) chọn UTF-8, rồi lưu đè lên tệp này."
	switch {
	case len(data) > MaxSize:
		return fail("too-big", fmt.Sprintf("Tệp quá lớn (%d KB), chỉ nhận tệp đến %d KB.", len(data)>>10, MaxSize>>10),
			"Xem có chép nhầm hình hay cả tập văn bản vào không; tách bớt ra tệp khác.")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fail("utf-16", "Tệp lưu bằng mã «Unicode» (UTF-16), chương trình không đọc được.", saveAgain)
	case bytes.IndexByte(data, 0) >= 0:
		return fail("binary", "Đây không phải tệp chữ (có thể là tệp Word, Excel hay hình đổi đuôi).",
			"Chép phần chữ sang một tệp .yaml mới bằng trình soạn thảo thường (Notepad), đừng đổi đuôi tệp.")
	}
	text := string(bytes.TrimPrefix(data, []byte("\ufeff")))
	if !utf8.ValidString(text) {
		return "", []Fault{{invalidAt(text), false, "not-utf-8",
			"Chữ ở đây không phải Unicode (có thể là phông VNI hay TCVN3 cũ).", saveAgain}}
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", " ", "\u2028", " ", "\u2029", " ",
		"\u00a0", " ", "\u202f", " ", "\u2007", " ",
		"\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00ad", "").Replace(text)
	if strings.TrimSpace(text) == "" {
		return fail("empty", "Tệp trống.", "Viết nội dung vào, hoặc xóa tệp này.")
	}
	var faults []Fault
	if at, ok := notNFC(text); ok {
		faults = append(faults, Fault{at, true, "not-nfc",
			"Dấu tiếng Việt ở đây gõ kiểu «tổ hợp» (chữ và dấu rời nhau); chương trình đã tự ghép lại.",
			"Trong Unikey chọn bảng mã «Unicode» (không phải «Unicode tổ hợp»), rồi gõ lại hoặc lưu lại tệp."})
		text = norm.NFC.String(text)
	}
	text, control := dropControl(text)
	return text, append(faults, control...)
}

// invalidAt finds the first byte that is not UTF-8.
func invalidAt(text string) Position {
	at := Position{1, 1}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at = advance(at, r)
		i += size
	}
	return at
}

func advance(at Position, r rune) Position {
	if r == '\n' {
		return Position{at.Line + 1, 1}
	}
	return Position{at.Line, at.Column + 1}
}

func notNFC(text string) (Position, bool) {
	if norm.NFC.IsNormalString(text) {
		return Position{}, false
	}
	for i, line := range strings.Split(text, "\n") {
		if !norm.NFC.IsNormalString(line) {
			span := norm.NFC.QuickSpanString(line)
			return Position{i + 1, utf8.RuneCountInString(line[:min(span, len(line))]) + 1}, true
		}
	}
	return Position{1, 1}, true
}

// dropControl removes characters nobody can see or type, which Word and PDF
// leave behind, and reports the first.
func dropControl(text string) (string, []Fault) {
	isControl := func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\ufffe' || r == '\uffff'
	}
	if strings.IndexFunc(text, isControl) < 0 {
		return text, nil
	}
	at := Position{1, 1}
	for _, r := range text {
		if isControl(r) {
			break
		}
		at = advance(at, r)
	}
	text = strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, text)
	return text, []Fault{{at, false, "control", "Ở đây có ký tự ẩn (thường do chép từ Word hay PDF).",
		"Xóa chỗ này rồi gõ lại bằng tay, hoặc dán qua Notepad trước khi chép vào."}}
}
