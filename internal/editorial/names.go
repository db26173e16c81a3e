package editorial

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// word is one run of letters and digits of a text.
type word struct {
	start, end int
	text       string // as written
	folded     string
	gap        string // what stands before it, since the word before
}

func words(text string) []word {
	var out []word
	last := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isLetter(r) {
			i += size
			continue
		}
		j := i
		for j < len(text) {
			r, size := utf8.DecodeRuneInString(text[j:])
			if !isLetter(r) {
				break
			}
			j += size
		}
		out = append(out, word{i, j, text[i:j], vietnamese.Fold(text[i:j]), text[last:i]})
		i, last = j, j
	}
	return out
}

func isLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// set is the words of a line, folded.
func set(line string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(line) {
		out[w] = true
	}
	return out
}

// typed is the words of a line in small letters, each as it is and as it is typed
// without marks; so «hồ» and "ho" are meant, and «hộ» is not.
func typed(line string) map[string]bool {
	out := set(line)
	for w := range strings.FieldsSeq(line) {
		out[vietnamese.Fold(w)] = true
	}
	return out
}

// lists are the words that names and places are found by: family and place as
// [typed], the others folded.
type lists struct {
	family, title, place, numbered, follow, office, stop, above map[string]bool
}

func newLists() lists {
	return lists{
		// The family names of nearly all people of the province, and the A and Y
		// that stand before the names of many.
		family: typed(`nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương lương mai
			trịnh đào đoàn lâm thái hà tô tạ cao châu lưu phùng tống bạch quách kim thạch a y`),
		// Whoever comes after one of these is a person.
		title: set(`ong ba anh chi em co chu bac di cau mo duong thim o me ma cha bo con chau chong vo be thay
			gap goi hoi lien he gui ten la dong chi nhan`),
		place: set("thôn thon xóm xom ấp làng lang buôn buon plei bản nóc khóm khom hẻm hem ngõ ngách kiệt"),
		// These name a place only with a number or a name: «tổ 5», «đường Lê Lợi».
		numbered: set("to doi duong khu pho nha so kdc tdp kp"),
		// Not the name of a hamlet: «thôn em», «thôn đặc biệt khó khăn».
		follow: set(`em toi tui minh con chau nay do kia nao co khong duoc thi la va o cung cua dac kho vung bien
			truong xa phuong ba bi da dang se khi neu hay hoac theo ban tren duoi ngoai trong gan xa moi cho nhung`),
		// A name does not go on with these unless they are written as names.
		stop: set("o hoi xin muon nam sinh tuoi co dang la va thi bi nha ho khong duoc thuoc cho"),
		// What bears the name of a commune or of what lies above it.
		above: set("xa phuong huyen tinh"),
		// Words that offices and papers begin with.
		office: set(`uy uy ban nhan dan phong so hoi cong trung tam buu ngan hang can bo tram nha nuoc dang chi mat tran to doan
			bao hiem co quan quy truong benh vien chu van tong dien luat nghi dinh quyet thong dieu khoan giay don the
			so cap chinh sach phu xa hoi lao dong thuong binh y giao duc kinh te tinh thu tuong quoc viet
			quang ngai kon tum ho so tiep bhyt bhxh ubnd cccd`),
	}
}

// stripWords leaves out names and places smaller than a commune.
func stripWords(text string) string {
	known, all := newLists(), words(text)
	var out strings.Builder
	done := 0
	for i := 0; i < len(all); {
		n := known.personal(all, i)
		if n == 0 {
			i++
			continue
		}
		out.WriteString(text[done:all[i].start])
		out.WriteString(Left)
		i += n
		done = all[i-1].end
	}
	out.WriteString(text[done:])
	return out.String()
}

// personal returns how many words from i on are a name or a small place.
func (k lists) personal(all []word, i int) int {
	if isLeft(all, i) || k.ofCommune(all, i) {
		return 0
	}
	for _, look := range []func([]word, int) int{k.announced, k.afterPlace, k.familyName, k.afterTitle, k.named} {
		if n := look(all, i); n > 0 {
			return n
		}
	}
	return 0
}

// ofCommune reports whether a word is of the name of a commune or of what lies
// above it, which stay: «xã Ba Tơ», «đặc khu Lý Sơn».
func (k lists) ofCommune(all []word, i int) bool {
	for back := 0; back < 3 && i > 0 && isCapital(all[i]) && joined(all[i].gap); back++ {
		i--
		if k.above[all[i].folded] || all[i].folded == "khu" && before(all, i, "dac") {
			return true
		}
	}
	return false
}

// isLeft reports whether the word is of a [Left].
func isLeft(all []word, i int) bool {
	return strings.HasSuffix(all[i].gap, "[") || i > 0 && strings.HasSuffix(all[i-1].gap, "[") && all[i-1].folded == "da" && all[i].folded == "bo"
}

// announced finds what comes after «tên là», «tên», «họ tên», however written.
func (k lists) announced(all []word, i int) int {
	said := before(all, i, "ten", "la") || before(all, i, "ten") && all[i].folded != "la" && all[i].folded != "gi"
	if !said || !joined(all[i].gap) {
		return 0
	}
	return run(all, i, 4, func(w word) bool { return !k.ends(w) })
}

// ends reports whether a name cannot go on with a word: the speaker goes on with
// the matter.
func (k lists) ends(w word) bool { return isNumber(w) || k.stop[w.folded] && !isCapital(w) }

// afterPlace finds the name or number of a hamlet, a group of houses, a street.
func (k lists) afterPlace(all []word, i int) int {
	if i == 0 || !joined(all[i].gap) {
		return 0
	}
	at, small := all[i-1].folded, k.place[strings.ToLower(all[i-1].text)]
	switch {
	case small && (!k.follow[all[i].folded] || isCapital(all[i])):
		if isCapital(all[i]) || isNumber(all[i]) {
			return run(all, i, 4, func(w word) bool { return isCapital(w) || isNumber(w) })
		}
		return run(all, i, 2, func(w word) bool { return !k.follow[w.folded] })
	case k.numbered[at] && isNumber(all[i]) && at != "so":
		return 1
	case before(all, i, "so", "nha") || before(all, i, "nha", "so") || before(all, i, "dan", "pho") || before(all, i, "to", "so") || before(all, i, "pho", "so"):
		return run(all, i, 2, isNumber)
	case (at == "duong" || at == "pho" || at == "khu") && isCapital(all[i]) && !k.office[all[i].folded]:
		return run(all, i, 4, isCapital)
	}
	return 0
}

// familyName finds a name that begins with a family name: «Nguyễn Văn A»,
// «nguyễn thị lan».
func (k lists) familyName(all []word, i int) int {
	if !k.family[strings.ToLower(all[i].text)] || i+1 >= len(all) || !joined(all[i+1].gap) {
		return 0
	}
	next := all[i+1]
	if isCapital(all[i]) && isCapital(next) && !k.offices(all[i:i+2]) {
		return 1 + run(all, i+1, 4, isCapital)
	}
	if (next.text == "văn" || next.text == "thị" || next.text == "thi" && all[i].folded == "nguyen") && i+2 < len(all) && joined(all[i+2].gap) {
		return 2 + run(all, i+2, 2, func(w word) bool { return !k.ends(w) })
	}
	return 0
}

// afterTitle finds a name that is written as one after «ông», «chị», «gặp» and
// the like.
func (k lists) afterTitle(all []word, i int) int {
	if i == 0 || !k.title[all[i-1].folded] || !joined(all[i].gap) || !isCapital(all[i]) ||
		k.title[all[i].folded] {
		return 0
	}
	n := run(all, i, 4, isCapital)
	if k.offices(all[i : i+n]) {
		return 0
	}
	return n
}

// offices reports whether all words are such as offices and papers are called by.
func (k lists) offices(all []word) bool {
	for i, w := range all {
		if !k.office[w.folded] && (w.folded != "nam" || i == 0 || all[i-1].folded != "viet") {
			return false
		}
	}
	return true
}

// named finds two words and more that are written as names and are no office, nor
// the beginning of a sentence.
func (k lists) named(all []word, i int) int {
	if !isCapital(all[i]) || k.office[all[i].folded] || begins(all, i) {
		return 0
	}
	if n := run(all, i, 6, func(w word) bool { return isCapital(w) && !k.office[w.folded] }); n >= 2 {
		return n
	}
	return 0
}

// run counts words from i on that belong together and are wanted, at most most.
func run(all []word, i, most int, wanted func(word) bool) int {
	n := 0
	for n < most && i+n < len(all) && (n == 0 || joined(all[i+n].gap)) && !isLeft(all, i+n) && wanted(all[i+n]) {
		n++
	}
	return n
}

// before reports whether the words before i are those.
func before(all []word, i int, folded ...string) bool {
	if i < len(folded) {
		return false
	}
	for k, w := range folded {
		j := i - len(folded) + k
		if all[j].folded != w || k > 0 && !joined(all[j].gap) {
			return false
		}
	}
	return true
}

// joined reports whether two words with that between them can be of one name.
func joined(gap string) bool {
	return strings.Trim(gap, " :.-–\"'“”«»*_") == "" && !strings.Contains(gap, ". ")
}

// begins reports whether a word is the first of its sentence.
func begins(all []word, i int) bool { return i == 0 || strings.ContainsAny(all[i].gap, ".?!\n:;") }

// isCapital reports whether a word is written as names are: «Lan», «A», not
// «UBND».
func isCapital(w word) bool {
	first, size := utf8.DecodeRuneInString(w.text)
	return unicode.IsUpper(first) && (size == len(w.text) || !isUpper(w))
}

func isUpper(w word) bool {
	return strings.ToUpper(w.text) == w.text && strings.ToLower(w.text) != w.text
}

func isNumber(w word) bool { return strings.IndexFunc(w.text, unicode.IsDigit) >= 0 }
