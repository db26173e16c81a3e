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
// they are.
func maskJSON(dst, raw []byte) []byte {
	key := ""
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
		if isKey {
			key = string(literal)
		}
		if isKey || digits < 6 || ours(key) {
			dst = append(dst, literal...)
		} else {
			dst = append(dst, maskLiteral(literal)...)
		}
	}
}

// ours reports whether what stands under a key is made by the program alone: codes
// of cases and what a number in a list does. Masked, a number typed in place of a
// button would do nothing.
func ours(key string) bool {
	switch key {
	case `"action"`, `"telling"`, `"lately"`:
		return true
	}
	return false
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
