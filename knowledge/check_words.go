package knowledge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// wordRule is a way of speaking that should not stand alone.
type wordRule struct {
	hints   []string // one of these, in lower case, is in every match: cheaper to look for
	form    *regexp.Regexp
	code    string
	message string // with one %s for what was found
	cure    string
	unless  []string // in the sentence (outdated) or the entry (official): all is well
	entry   bool     // look for unless in the whole entry
}

// formerly are the words that make an old name right.
func formerly() []string {
	return []string{"trước đây", "trước kia", "hồi trước", "trước 01/7", "trước 01/07", "trước 1/7", "cũ", "không còn", "nay là", "đã bỏ", "đổi thành"}
}

// wordRules come from the lexicon, the old names of places, and what is true
// of all of Vietnam since 01/07/2025: no districts.
func (c *checker) wordRules() []wordRule {
	var rules []wordRule
	outdated := func(form, cure string, hints ...string) {
		rules = append(rules, wordRule{hints, regexp.MustCompile(form), "outdated", "«%s» là tên cũ, không còn dùng.", cure, formerly(), false})
	}
	word := func(s string) string { return `(?i)(?:^|[^\pL\pN])(` + regexp.QuoteMeta(s) + `)(?:$|[^\pL\pN])` }
	for _, s := range c.b.Lexicon.Outdated {
		for _, w := range s.Written {
			outdated(word(w), fmt.Sprintf("Viết «%s», hoặc thêm chữ «trước đây».", s.Means), strings.ToLower(w))
		}
	}
	const now = "Viết tên hiện nay (xã, phường, đặc khu, tỉnh), hoặc thêm chữ «trước đây»."
	outdated(`(?i)(?:^|[^\pL])((?:ủy ban nhân dân|ubnd|phòng|cấp|công an|tòa án) huyện|huyện \p{Lu}\pL+|thị trấn|tỉnh Kon Tum)(?:$|[^\pL])`, now, "huyện", "thị trấn", "kon tum")
	outdated(`(?i)(?:^|[^\pL])((?:phòng|sở|bộ) (?:lđ|lao động)[\pL&-]*)(?:$|[^\pL])`, "Viết tên cơ quan hiện nay, hoặc thêm chữ «trước đây».", " lđ", " lao động")
	current := map[string]bool{}
	for _, p := range c.b.Places {
		current[p.Name] = true
	}
	var old []string
	for _, p := range c.b.Places {
		for _, name := range p.OldNames {
			name = strings.TrimPrefix(name, "TT ")
			if !current[name] && name != "" {
				old = append(old, regexp.QuoteMeta(name))
			}
		}
	}
	if len(old) > 0 {
		outdated(`(?:^|[^\pL])((?:xã|phường|Xã|Phường) (?:`+strings.Join(old, "|")+`))(?:$|[^\pL])`, "Viết tên xã, phường hiện nay, hoặc thêm chữ «cũ».", "xã ", "phường ")
	}
	for _, s := range c.b.Lexicon.Official {
		for _, w := range s.Written {
			rules = append(rules, wordRule{[]string{strings.ToLower(w)}, regexp.MustCompile(word(w)), "official", "«%s» là từ hành chính, nhiều bà con không hiểu.",
				fmt.Sprintf("Thêm cách nói dễ hiểu: «%s».", s.Means), []string{strings.ToLower(s.Means)}, true})
		}
	}
	return rules
}

func (c *checker) checkWords(e *entryDoc, t textDoc, s sentence, rules []wordRule, all string) {
	var told []int // two rules may find the same words
	lower := strings.ToLower(s.text)
	for _, rule := range rules {
		if !containsAny(lower, rule.hints) {
			continue
		}
		m := rule.form.FindStringSubmatchIndex(s.text)
		if m == nil || slices.Contains(told, m[2]) {
			continue
		}
		where := lower
		if rule.entry {
			where = all
		}
		if containsAny(where, rule.unless) {
			continue
		}
		told = append(told, m[2])
		c.warn(e.File, t.node.PosAt(s.offset+m[2]), rule.code, fmt.Sprintf(rule.message, s.text[m[2]:m[3]]), rule.cure)
	}
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
