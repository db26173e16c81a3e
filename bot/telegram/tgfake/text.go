package tgfake

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of the API, in UTF-16 units of the text as shown.
const (
	maxText    = 4096
	maxCaption = 1024
	maxRaw     = 32 << 10 // bytes, before parsing
)

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// parseText returns what is shown of a text, or why it is refused.
func parseText(raw, mode string, limit int) (string, error) {
	if !utf8.ValidString(raw) {
		return "", bad("strings must be encoded in UTF-8")
	}
	if len(raw) > maxRaw {
		return "", bad("message is too long")
	}
	text := raw
	switch strings.ToLower(mode) {
	case "":
	case "html":
		var err error
		if text, err = parseHTML(raw); err != nil {
			return "", err
		}
	default:
		return "", bad("unsupported parse_mode")
	}
	text = strings.TrimSpace(text)
	if units(text) > limit {
		if limit == maxCaption {
			return "", bad("message caption is too long")
		}
		return "", bad("message is too long")
	}
	return text, nil
}

var (
	tag     = regexp.MustCompile(`^<(/?)([a-z0-9-]+)((?:\s[^<>]*)?)>`)
	allowed = []string{"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}
)

// parseHTML takes the few tags there are off a text; they have to be closed in
// their order, and any other < is an error.
func parseHTML(raw string) (string, error) {
	var out strings.Builder
	var open []string
	for raw != "" {
		i := strings.IndexByte(raw, '<')
		if i < 0 {
			i = len(raw)
		}
		out.WriteString(html.UnescapeString(raw[:i]))
		if raw = raw[i:]; raw == "" {
			break
		}
		m := tag.FindStringSubmatch(raw)
		switch {
		case m == nil || !slices.Contains(allowed, m[2]):
			return "", bad("can't parse entities: Unsupported start tag at byte offset")
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			return "", bad("can't parse entities: Unexpected end tag at byte offset")
		default:
			open = open[:len(open)-1]
		}
		raw = raw[len(m[0]):]
	}
	if len(open) > 0 {
		return "", bad("can't parse entities: Can't find end tag corresponding to start tag " + open[len(open)-1])
	}
	return out.String(), nil
}

func readKeyboard(p params) (*Keyboard, error) {
	var k Keyboard
	given, err := p.object("reply_markup", &k)
	if err != nil || !given {
		return nil, err
	}
	total := 0
	for _, row := range k.Rows {
		total += len(row)
		if len(row) > 8 {
			return nil, bad("BUTTON_COUNT_INVALID")
		}
		for _, b := range row {
			switch {
			case strings.TrimSpace(b.Text) == "":
				return nil, bad("can't parse inline keyboard button: text must be non-empty")
			case (b.Data == "") == (b.URL == ""):
				return nil, bad("BUTTON_TYPE_INVALID")
			case len(b.Data) > 64:
				return nil, bad("BUTTON_DATA_INVALID")
			}
		}
	}
	switch {
	case total > 100:
		return nil, bad("reply markup is too long")
	case total == 0:
		return nil, nil //nolint:nilnil // an empty keyboard is none
	}
	return &k, nil
}

func sameKeyboard(a, b *Keyboard) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.EqualFunc(a.Rows, b.Rows, func(x, y []Button) bool { return slices.Equal(x, y) })
}
