package strictyaml

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// scannedLine is a line of the file as a person sees it, found without YAML:
// when yaml.v3 gives up it says neither where nor why in a way that helps, so
// the likely causes are looked for here.
type scannedLine struct {
	raw    string
	number int
	kind   lineKind
	dash   bool   // the content begins with "- "
	indent int    // spaces before the first character; tabs not counted
	key    string // of kind keyed, without dashes
	keyAt  int    // bytes before key
	value  string // after the colon, or the whole content of kind other; trimmed
	valAt  int    // bytes before value
	header int    // number of the line whose "|" this line belongs to, or should
}

type lineKind int

const (
	blank   lineKind = iota // nothing, or only a comment
	inBlock                 // text under a "|"
	keyed                   // key: value
	item                    // - value
	marker                  // --- or ...
	other
)

func (l scannedLine) at(bytes int) Position {
	bytes = min(bytes, len(l.raw))
	return Position{l.number, utf8.RuneCountInString(l.raw[:bytes]) + 1}
}

var (
	blockHeader = regexp.MustCompile(`^[|>][0-9+-]*(\s+#.*)?$`)
	keyedLine   = regexp.MustCompile(`^([^\s"'#&*!|>%@\x60\[\]{},-][^:#]*?)\s*:(\s+(.*))?$`)
	dashes      = regexp.MustCompile(`^(-[ \t]+)+`)
)

func scan(lines []string) []scannedLine {
	out := make([]scannedLine, len(lines))
	header, parent := 0, -1 // of the block we are in: its line, and the indent it must exceed
	for i, raw := range lines {
		l := scannedLine{raw: raw, number: i + 1}
		content := strings.TrimLeft(raw, " \t")
		l.indent = countSpaces(raw)
		switch {
		case strings.TrimSpace(raw) == "":
			out[i] = l
			continue
		case header > 0 && (l.indent > parent || strings.HasPrefix(raw[l.indent:], "\t")):
			l.kind, l.header = inBlock, header
			out[i] = l
			continue
		case strings.HasPrefix(content, "#"):
			out[i] = l
			continue
		}
		l.header = header
		header = 0
		l.classify(content, len(raw)-len(content))
		if blockHeader.MatchString(l.value) && (l.kind == keyed || l.kind == item) {
			header, parent = l.number, l.keyAt
			if l.kind == item {
				parent = l.indent
			}
		} else if l.kind == other {
			header = l.header // text that slid left: the block may go on below
		}
		out[i] = l
	}
	return out
}

func (l *scannedLine) classify(content string, at int) {
	if content == "---" || content == "..." || strings.HasPrefix(content, "--- ") {
		l.kind = marker
		return
	}
	l.kind = other
	if d := dashes.FindString(content); d != "" || content == "-" {
		l.kind, l.dash = item, true
		content, at = content[len(d):], at+len(d)
	}
	if m := keyedLine.FindStringSubmatch(content); m != nil {
		l.kind = keyed
		l.key, l.keyAt = m[1], at
		l.value = strings.TrimSpace(m[3])
		l.valAt = at + len(content)
		if l.value != "" {
			l.valAt = at + strings.LastIndex(content, m[3]) + strings.Index(m[3], l.value)
		}
		return
	}
	l.value, l.valAt = strings.TrimSpace(content), at
}

// quoted tells whether the value begins with a quote YAML knows.
func (l scannedLine) quoted() bool {
	return strings.HasPrefix(l.value, `"`) || strings.HasPrefix(l.value, `'`)
}

// withoutTabs is the file with its leading tabs turned to spaces, to find more
// faults in it.
func withoutTabs(lines []scannedLine) string {
	var b strings.Builder
	for _, l := range lines {
		rest := strings.TrimLeft(l.raw, " \t")
		b.WriteString(strings.ReplaceAll(l.raw[:len(l.raw)-len(rest)], "\t", "  "))
		b.WriteString(rest)
		b.WriteByte('\n')
	}
	return b.String()
}
