package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// class is what a mark stands for, which says where it may not be read.
type class int

const (
	secret class = 1 << iota // a token, a password, what is signed with
	number                   // an ID card, an account, a phone
	words                    // a name, an address, a sentence, a file's name
	chatID                   // who somebody is on a platform

	anything = secret | number | words | chatID
)

// mark is something that is recognised wherever it is written.
type mark struct {
	class class
	what  string // for the failure: where it came from
	text  string
}

// marks is what was put into the program. It is safe for concurrent use.
type marks struct {
	mu  sync.Mutex
	all []mark
}

// put notes a mark and returns its text.
func (m *marks) put(s class, what, text string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, mark{s, what, text})
	return text
}

// absent fails for every mark of those sorts that can be read in text.
func (m *marks) absent(t *testing.T, where, text string, sorts class) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	lower := strings.ToLower(text)
	for _, k := range m.all {
		if k.class&sorts == 0 {
			continue
		}
		for _, needle := range k.needles() {
			at := strings.Index(text, needle)
			if at < 0 {
				if at = strings.Index(lower, strings.ToLower(needle)); at < 0 {
					continue
				}
			}
			t.Errorf("%s shows the %s, as %q: …%s…", where, k.what, needle, around(text, at, len(needle)))
			break
		}
	}
}

func around(text string, at, length int) string {
	const beside = 160
	return text[max(0, at-beside):min(len(text), at+length+beside)]
}

// needles are the forms in which the mark may have been written: as it is,
// without accents, in an address, in JSON, as bytes in hexadecimal or base64.
func (k mark) needles() []string {
	forms := []string{k.text, url.QueryEscape(k.text), url.PathEscape(k.text), hex.EncodeToString([]byte(k.text))}
	if literal, err := json.Marshal(k.text); err == nil {
		forms = append(forms, strings.Trim(string(literal), `"`))
	}
	forms = append(forms, strings.Trim(fmt.Sprintf("%+q", k.text), `"`))
	if folded := vietnamese.Fold(k.text); k.class == words && len(folded) > 8 {
		forms = append(forms, folded)
	}
	if k.class == number {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, k.text)
		forms = append(forms, digits, strings.TrimPrefix(digits, "0"))
	}
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 { // where it begins in a group of three bytes
			coded := e.EncodeToString(append(make([]byte, before), k.text...))
			first, last := (before*8+5)/6, len(coded)
			if (before+len(k.text))%3 != 0 {
				last--
			}
			if last-first > 10 {
				forms = append(forms, coded[first:last])
			}
		}
	}
	forms = slices.DeleteFunc(forms, func(f string) bool { return len(f) < 6 })
	slices.Sort(forms)
	return slices.Compact(forms)
}

// A mark is found in every form in which it could be hidden, or the test below
// would prove nothing.
func TestMarksAreRecognised(t *testing.T) {
	t.Parallel()
	k := mark{words, "name", "Khuất Thị Tèo"}
	for name, text := range map[string]string{
		"plain":    "x Khuất Thị Tèo y",
		"folded":   "x khuat thi teo y",
		"address":  "?q=Khu%E1%BA%A5t+Th%E1%BB%8B+T%C3%A8o",
		"json":     `{"a":"Khu\u1ea5t Th\u1ecb T\u00e8o"}`,
		"base64 0": base64.StdEncoding.EncodeToString([]byte("abcKhuất Thị Tèo!")),
		"base64 1": base64.StdEncoding.EncodeToString([]byte("aKhuất Thị Tèo!")),
		"base64 2": base64.StdEncoding.EncodeToString([]byte("abKhuất Thị Tèo!")),
		"hex":      hex.EncodeToString([]byte("aKhuất Thị Tèo!")),
	} {
		if !slices.ContainsFunc(k.needles(), func(n string) bool { return strings.Contains(text, n) }) {
			t.Errorf("%s: not found in %q", name, text)
		}
	}
}

// forget takes back marks by their text.
func (m *marks) forget(texts ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = slices.DeleteFunc(m.all, func(k mark) bool { return slices.Contains(texts, k.text) })
}
