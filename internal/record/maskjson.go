package record

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// maskJSON appends raw to dst with every string value masked. raw comes from
// json.Marshal, so it is well formed. Keys, timestamps, button payloads
// ("v1|answer|…") and keys of media, which may hold digits by chance, stay as
// they are, and so does what the program itself put under one of ownWords: the
// code of a case has as many digits as an ID card.
func maskJSON(dst, raw []byte) []byte {
	own := false
	for {
		start := bytes.IndexByte(raw, '"')
		if start < 0 {
			return append(dst, raw...)
		}
		end := start + 1
		digits := 0
		for raw[end] != '"' {
			if raw[end] == '\\' {
				end++
			}
			// Bytes of characters beyond ASCII count too: they may be full-width digits.
			if c := raw[end]; '0' <= c && c <= '9' || c >= utf8.RuneSelf {
				digits++
			}
			end++
		}
		end++
		dst = append(dst, raw[:start]...)
		literal := raw[start:end]
		raw = raw[end:]
		isKey := len(raw) > 0 && raw[0] == ':'
		if isKey || own || digits < 6 {
			dst = append(dst, literal...)
		} else {
			dst = append(dst, maskLiteral(literal)...)
		}
		own = isKey && ownWords(literal)
	}
}

// ownWords reports whether nothing that anybody wrote stands under a key of
// [bot.Conversation]: what a choice does, and the code of a case.
func ownWords(key []byte) bool {
	return string(key) == `"action"` || string(key) == `"telling"`
}

func maskLiteral(literal []byte) []byte {
	var text string
	if json.Unmarshal(literal, &text) != nil || isPayload(text) || isMediaKey(text) {
		return literal
	}
	if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return literal
	}
	masked := Mask(text)
	if masked == text {
		return literal
	}
	out, err := json.Marshal(masked)
	if err != nil {
		return []byte(`""`) // cannot happen to a string; and nothing is better than the number
	}
	return out
}

func isPayload(text string) bool {
	return len(text) <= 64 && strings.Contains(text, "|") && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r >= utf8.RuneSelf
	})
}
