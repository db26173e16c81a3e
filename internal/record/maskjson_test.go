package record

import (
	"encoding/json"
	"testing"
)

func TestMaskJSONMasksTextsOnly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, raw, want string }{
		{"text", `{"q":"gọi 0912345678"}`, `{"q":"gọi [số máy]"}`},
		{"in a list", `["051203001234",{"a":["0912345678"]}]`, `["[số giấy tờ]",{"a":["[số máy]"]}]`},
		{"escapes", `{"q":"\"0912345678\"\n\\"}`, `{"q":"\"[số máy]\"\n\\"}`},
		{"full width", `{"q":"０９１２３４５６７８"}`, `{"q":"[số máy]"}`},
		{"key", `{"0912345678":1}`, `{"0912345678":1}`},
		{"time", `{"at":"2026-11-21T12:00:00.123456789Z"}`, `{"at":"2026-11-21T12:00:00.123456789Z"}`},
		{"what a choice does", `{"list":[{"label":"Rõ rồi 473917482","action":"c:ro:473917482"}]}`, `{"list":[{"label":"Rõ rồi [số giấy tờ]","action":"c:ro:473917482"}]}`},
		{"code of a case", `{"telling":"473917482","question":"473917482"}`, `{"telling":"473917482","question":"[số giấy tờ]"}`},
		{"payload", `{"p":"v1|answer|x|1234567890ab1234"}`, `{"p":"v1|answer|x|1234567890ab1234"}`},
		{"media key", `{"k":"a0123456789012345678901234567890"}`, `{"k":"a0123456789012345678901234567890"}`},
		{"digits as long", `{"k":"00123456789012345678901234567890"}`, `{"k":"[dãy số]"}`},
		{"number", `{"n":912345678901}`, `{"n":912345678901}`},
		{"scalar", `null`, `null`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := string(maskJSON(nil, []byte(test.raw)))
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func FuzzMaskJSON(f *testing.F) {
	f.Add(`{"q":"gọi 0912345678","a":[1,"\\\"",{}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		var v any
		if json.Unmarshal([]byte(s), &v) != nil {
			t.Skip()
		}
		raw, err := json.Marshal(v)
		if err != nil {
			t.Skip()
		}
		if got := maskJSON(nil, raw); !json.Valid(got) {
			t.Errorf("%s became %s", raw, got)
		}
	})
}
