package record_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/record"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "Nhà em cận nghèo", "Nhà em cận nghèo"},
		{"empty", "", ""},
		{"id card", "cccd em 051203001234 nha", "cccd em [số giấy tờ] nha"},
		{"id card grouped", "So 051 203 001 234", "So [số giấy tờ]"},
		{"id card dotted", "051.203.001.234", "[số giấy tờ]"},
		{"id card dashed", "051-203-001-234.", "[số giấy tờ]."},
		{"old id card", "CMND 212345678", "CMND [số giấy tờ]"},
		{"mobile", "gọi em 0912345678", "gọi em [số máy]"},
		{"mobile grouped", "0912 345 678", "[số máy]"},
		{"mobile dotted", "0912.345.678", "[số máy]"},
		{"mobile in twos", "09.12.34.56.78", "[số máy]"},
		{"mobile with country", "+84 912 345 678", "+[số máy]"},
		{"mobile with country no plus", "84912345678", "[số máy]"},
		{"mobile with 0084", "0084912345678", "[số máy]"},
		{"mobile stuck to letters", "sdt0912345678nha", "sdt[số máy]nha"},
		{"mobile before 2018", "01691234567", "[số máy]"},
		{"landline", "0255 3822 123", "[số máy]"},
		{"landline in brackets", "(0255) 3822123", "([số máy]"},
		{"full width", "０９１２３４５６７８", "[số máy]"},
		{"zero width between", "0912\u200b345\u200b678", "[số máy]"},
		{"two phones", "0912345678 hoặc 0987654321", "[số máy] hoặc [số máy]"},
		{"two phones side by side", "0912345678 0987654321", "[số máy] [số máy]"},
		{"account announced", "stk 123456 nha", "stk [dãy số] nha"},
		{"account", "chuyển vào 1903456789012", "chuyển vào [dãy số]"},
		{"account that looks round", "tài khoản 4200000000", "tài khoản [dãy số]"},
		{"card", "9704 1234 5678 9012", "[dãy số]"},
		{"insurance card", "thẻ DN4010123456789", "thẻ DN[dãy số]"},
		{"code", "mã OTP là 482913", "mã OTP là [dãy số]"},
		{"amount with dots", "được 2.530.000 đồng", "được 2.530.000 đồng"},
		{"large amount with dots", "vay 100.000.000", "vay 100.000.000"},
		{"odd amount with unit", "912.345.678 đồng", "912.345.678 đồng"},
		{"plain amount", "vay 50000000", "vay 50000000"},
		{"plain amount with unit", "vay 123456789 đồng", "vay 123456789 đồng"},
		{"phone is no amount", "0912345678 đ", "[số máy] đ"},
		{"date", "sinh 01/07/1956", "sinh 01/07/1956"},
		{"date dashed", "từ 01-07-2026 tới 31-12-2026", "từ 01-07-2026 tới 31-12-2026"},
		{"iso date", "2026-07-01", "2026-07-01"},
		{"date without marks", "sinh 01071956", "sinh 01071956"},
		{"years", "năm 2024 2025 2026", "năm 2024 2025 2026"},
		{"amounts in a row", "2.340.000 2.530.000", "2.340.000 2.530.000"},
		{"hotline", "gọi 1900 9068 hay 18001091", "gọi 1900 9068 hay 18001091"},
		{"short hotline", "gọi 111, 113, 115", "gọi 111, 113, 115"},
		{"law", "Nghị định 188/2025/NĐ-CP", "Nghị định 188/2025/NĐ-CP"},
		{"ages and classes", "3 đứa 12 10 8 tuổi lớp 7 5 3", "3 đứa 12 10 8 tuổi lớp 7 5 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := record.Mask(test.text); got != test.want {
				t.Errorf("Mask(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	for _, s := range []string{"0912345678", "051 203 001 234", "stk 123456", "2.530.000", "+84 912", "０９", "a\xff0912345678"} {
		f.Add(s)
	}
	plain := regexp.MustCompile(`(?:^|[^0-9０-９])(0[35789][0-9]{8}|0[0-9]{11})(?:$|[^0-9０-９])`)
	f.Fuzz(func(t *testing.T, s string) {
		got := record.Mask(s)
		if again := record.Mask(got); again != got {
			t.Errorf("Mask(Mask(%q)) = %q, want %q", s, again, got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("Mask(%q) = %q is not UTF-8", s, got)
		}
		if m := plain.FindString(got); m != "" && !strings.ContainsAny(m, ".,-") {
			t.Errorf("Mask(%q) left %q", s, m)
		}
	})
}

// A long message must cost no more than its length: these once did.
func TestMaskIsLinear(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"123.", "0.", "1 ", "0912345678 ", "stk 123456", "5-", "12345678901234567890", "a1"} {
		text := strings.Repeat(piece, 1<<18/len(piece))
		start := time.Now()
		record.Mask(text)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("Mask of %d × %q took %v", len(text)/len(piece), piece, took)
		}
	}
}
