package escalation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// constants returns the values of all constants of a type in textkeys.go.
func constants(t *testing.T, of string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "textkeys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == of {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, value)
		}
		return true
	})
	return out
}

// Every key has words, and all words have a key or belong to a family.
func TestTextsAreComplete(t *testing.T) {
	t.Parallel()
	words, err := loadTexts(textsFile)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, k := range constants(t, "textKey") {
		keys = append(keys, strictyaml.Fold(k))
	}
	if len(keys) < 100 {
		t.Fatalf("found %d keys", len(keys))
	}
	for _, k := range keys {
		if words[k] == "" {
			t.Errorf("key %s has no words", k)
		}
	}
	for family, values := range families() {
		for _, v := range values {
			keys = append(keys, strictyaml.Fold(string(family)+v))
		}
	}
	for k := range words {
		if !slices.Contains(keys, k) {
			t.Errorf("words without a key: %s", k)
		}
	}
}

// A family has words for each value it can meet, or for anything else.
func TestFamiliesAreComplete(t *testing.T) {
	t.Parallel()
	words, err := loadTexts(textsFile)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(families()), len(constants(t, "textFamily")); got != want {
		t.Errorf("%d families are known here, %d in textkeys.go", got, want)
	}
	for family, values := range families() {
		for _, v := range values {
			if _, ok := words.of(family, v); !ok {
				t.Errorf("no words for %q of %q", v, family)
			}
		}
	}
}

// families are the values that each family has words for.
func families() map[textFamily][]string {
	return map[textFamily][]string{
		familyState:   {string(bot.CaseWaiting), string(bot.CaseHeld), string(bot.CaseAsked), string(bot.CaseAnswered), string(bot.CaseClosed)},
		familyWeekday: {"0", "1", "2", "3", "4", "5", "6"},
		familyChannel: {"web", "terminal", "telegram", "zalo-oa", "zalo-bot", textOther},
		familyFiles:   {string(bot.AttachPhoto), string(bot.AttachVoice), string(bot.AttachVideo), string(bot.AttachLocation), textOther},
		familyReason:  {"blocked", "expired", textOther},
		familyRung:    {"1", "2", "3", noteAge, textOther},
		familyRefused: {
			RefusedNotYours, RefusedNoDesk, RefusedSameDesk, RefusedOutside, RefusedConfidential, RefusedNoReason, RefusedEmpty,
			RefusedTooLong, RefusedAnswered, RefusedStale, textOther,
		},
		familyDone:   {"1", "2", "3"},
		familyMoved:  {"1", "2", "3"},
		familyUpdate: {string(Take), string(Release), string(Transfer), string(Done), string(Cleared), string(Unclear), "stale", howSilent, string(bot.EndSent)},
	}
}

// Nothing asks a resident for what nobody may ask for; every gap is one that is
// filled somewhere; labels fit on buttons.
func TestTextsKeepTheRules(t *testing.T) {
	t.Parallel()
	words, err := loadTexts(textsFile)
	if err != nil {
		t.Fatal(err)
	}
	for k, w := range words {
		for _, never := range []string{"cho biết mã OTP", "gửi mã OTP cho", "nhập số căn cước", "cho số tài khoản", "nhắn mã OTP"} {
			if strings.Contains(w, never) {
				t.Errorf("%s asks for what the bot never asks: %q", k, w)
			}
		}
		if strings.HasPrefix(k, strictyaml.Fold("nút")) && !strings.Contains(w, "{") && len([]rune(w)) > labelLimit {
			t.Errorf("%s is too long for a button: %q", k, w)
		}
	}
	for _, k := range constants(t, "textKey") {
		if w := words.say(textKey(k)); strings.HasPrefix(k, "dân ") && (strings.Contains(w, "«việc»") || !strings.HasPrefix(w, "Dạ") && !strings.HasPrefix(k, "dân mã") && !strings.HasPrefix(k, "dân xem")) {
			t.Errorf("%s is no way to speak with a resident: %q", k, w)
		}
	}
}

// What people write cannot fill a gap.
func TestGapsAreFilledOnce(t *testing.T) {
	t.Parallel()
	words := texts{strictyaml.Fold("thử"): "{a} và {b}"}
	if got, want := words.say("thử", "a", "{b}", "b", "{a}"), "{b} và {a}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
