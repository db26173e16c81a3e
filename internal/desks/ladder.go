package desks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// ruleDoc is where a rule stands.
type ruleDoc struct {
	at strictyaml.Position
}

const ladderCure = "Viết mỗi dòng một mức: «nửa thời hạn: cán bộ», «hết thời hạn: nhóm chat», «quá nửa thời hạn: chung, trưởng»."

// readLadder reads «nhắc việc».
func (d *draft) readLadder() {
	n := d.file.Mark(keyLadder)
	if n == nil {
		return
	}
	type read struct {
		rule
		ruleDoc
	}
	var rules []read
	for _, line := range d.r.Lines(keyLadder, n) {
		when, who, found := strings.Cut(line.Text, ":")
		halves, known := map[string]int{"nuathoihan": 1, "hetthoihan": 2, "quanuathoihan": 3}[strictyaml.Fold(when)]
		if !found || !known {
			d.fail(line.At, "ladder", fmt.Sprintf("Không hiểu mức nhắc «%s».", keyfile.Brief(line.Text)), ladderCure)
			continue
		}
		if slices.ContainsFunc(rules, func(r read) bool { return r.halves == halves }) {
			d.fail(line.At, "ladder", fmt.Sprintf("Mức «%s» ghi hai lần.", strings.TrimSpace(when)), "Gộp vào một dòng, cách nhau bằng dấu phẩy.")
			continue
		}
		to := d.words(strictyaml.Line{Text: who, At: line.At})
		if len(to) == 0 {
			d.broken = true
			continue
		}
		rules = append(rules, read{rule{halves, to}, ruleDoc{line.At}})
	}
	slices.SortFunc(rules, func(a, b read) int { return a.halves - b.halves })
	for _, r := range rules {
		d.out.ladder, d.rules = append(d.out.ladder, r.rule), append(d.rules, r.ruleDoc)
	}
}

// words reads whom a rule names.
func (d *draft) words(who strictyaml.Line) []word {
	var out []word
	said := false
	for _, part := range keyfile.SplitWords(who, ",", ";", " và ") {
		said = true
		w, ok := d.word(part)
		if ok && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	if !said {
		d.r.Err(who.At, "ladder", "Mức nhắc này chưa nói nhắc ai.", ladderCure)
	}
	return out
}

// word reads «cán bộ», «nhóm chat», «trưởng», «chung», or the id of a desk or
// an officer.
func (d *draft) word(line strictyaml.Line) (word, bool) {
	folded := strictyaml.Fold(line.Text)
	fixed := map[string]wordKind{"canbo": wordOfficers, "nhomchat": wordRoom, "truong": wordHead}
	if kind, ok := fixed[folded]; ok {
		return word{kind: kind}, true
	}
	if id, message, _ := d.groups.find(line.Text); message == "" {
		if i, ok := d.out.byID[id]; ok && (d.out.desks[i].IsOutside() || d.out.desks[i].Confidential) {
			d.fail(line.At, "ladder", fmt.Sprintf("Không thể nhắc bộ phận «%s»: đó là địa chỉ ngoài hay bộ phận kín.", id), "Chọn bộ phận khác.")
			return word{}, false
		}
		return word{wordDesk, id}, true
	}
	if folded == "chung" {
		return word{kind: wordCatchAll}, true
	}
	if id, message, _ := d.people.find(line.Text); message == "" {
		return word{wordOfficer, id}, true
	}
	known := slices.Concat([]string{"cán bộ", "nhóm chat", "trưởng", "chung"}, d.groups.ids, d.people.ids)
	cure := "Chọn «cán bộ», «nhóm chat», «trưởng», «chung», hoặc mã của một bộ phận hay một người."
	if near, ok := keyfile.Nearest(line.Text, known); ok {
		cure = fmt.Sprintf("Có phải ý là «%s»?", near)
	}
	d.fail(line.At, "ladder", fmt.Sprintf("Không biết «%s» là ai.", keyfile.Brief(line.Text)), cure)
	return word{}, false
}
