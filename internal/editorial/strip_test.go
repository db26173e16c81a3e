package editorial_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/doithoai/doithoai/internal/editorial"
)

func TestStrip(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"nothing personal":      {"Nhà em cận nghèo, thẻ bảo hiểm có phải tự đóng không?", "Nhà em cận nghèo, thẻ bảo hiểm có phải tự đóng không?"},
		"I am a poor household": {"Tôi là hộ nghèo ở xã Bờ Y, được gì?", "Tôi là hộ nghèo ở xã Bờ Y, được gì?"},
		"a name announced":      {"Em tên là Hồ Thị Lan, xin hỏi thẻ bảo hiểm", "Em tên là [đã bỏ], xin hỏi thẻ bảo hiểm"},
		"a name in small":       {"em tên nguyễn văn tám hỏi thẻ bảo hiểm", "em tên [đã bỏ] hỏi thẻ bảo hiểm"},
		"I am a name":           {"Tôi là Đinh Văn Nía ở xã Sơn Hà", "Tôi là [đã bỏ] ở xã Sơn Hà"},
		"a name alone":          {"Hộ Nguyễn Thị Bảy được vay không", "Hộ [đã bỏ] được vay không"},
		"a name in small alone": {"hộ đinh thị bảy được vay không", "hộ [đã bỏ] được vay không"},
		"after a title":         {"Gặp chị Hồng hoặc anh Tư Nam ở xã", "Gặp chị [đã bỏ] hoặc anh [đã bỏ] ở xã"},
		"a child":               {"Con tôi là Na học mẫu giáo", "Con tôi là [đã bỏ] học mẫu giáo"},
		"a phone":               {"Gọi em 0912 345 678 nhé", "Gọi em [đã bỏ] nhé"},
		"a paper":               {"cccd 051200001234 của em", "cccd [đã bỏ] của em"},
		"six digits":            {"mã hồ sơ 123456", "mã hồ sơ [đã bỏ]"},
		"money":                 {"được 2.530.000 đồng một tháng, từ 01/07/2026", "được 2.530.000 đồng một tháng, từ 01/07/2026"},
		"money without dots":    {"vay 50000000 đồng", "vay [đã bỏ] đồng"},
		"years":                 {"giai đoạn 2026 - 2030", "giai đoạn 2026 - 2030"},
		"born on":               {"Mẹ em sinh ngày 12/03/1948 có được không", "Mẹ em sinh ngày [đã bỏ] có được không"},
		"born in":               {"ba em sinh năm 1950, được gì", "ba em sinh năm [đã bỏ], được gì"},
		"an old date":           {"em 12-3-1998 nay ra trường", "em [đã bỏ] nay ra trường"},
		"a hamlet":              {"ở thôn Mỹ Lại xã Tịnh Khê", "ở thôn [đã bỏ] xã Tịnh Khê"},
		"a hamlet in small":     {"ở thôn mỹ lại xã tịnh khê", "ở thôn [đã bỏ] xã tịnh khê"},
		"a numbered hamlet":     {"Thôn 3, tổ 5, số nhà 12", "Thôn [đã bỏ], tổ [đã bỏ], số nhà [đã bỏ]"},
		"no hamlet's name":      {"thôn em đặc biệt khó khăn", "thôn em đặc biệt khó khăn"},
		"a village":             {"làng Kon Rờ Bàng", "làng [đã bỏ]"},
		"a street":              {"đường Lê Lợi", "đường [đã bỏ]"},
		"mail":                  {"gửi qua lan.h@example.vn nhé", "gửi qua [đã bỏ] nhé"},
		"a page":                {"xem https://facebook.com/lan.h và https://dichvucong.gov.vn/a", "xem [đã bỏ] và https://dichvucong.gov.vn/a"},
		"offices":               {"Nộp tại Trung tâm Phục vụ hành chính công, Ủy ban Nhân dân xã Ba Tơ.", "Nộp tại Trung tâm Phục vụ hành chính công, Ủy ban Nhân dân xã Ba Tơ."},
		"a commune first":       {"Xã Ba Tơ có lớp học nghề.", "Xã Ba Tơ có lớp học nghề."},
		"a village by name":     {"hỏi người ở Kon Rờ Bàng nhé", "hỏi người ở [đã bỏ] nhé"},
		"a trader":              {"nhà em buôn bán nhỏ", "nhà em buôn bán nhỏ"},
		"an island":             {"Ở đặc khu Lý Sơn thì được.", "Ở đặc khu Lý Sơn thì được."},
		"hidden characters":     {"số 09\u200b12\u200b345\u200b678", "số [đã bỏ]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := editorial.Strip(c.text); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

var sixDigits = regexp.MustCompile(`\p{Nd}{6}`)

func FuzzStrip(f *testing.F) {
	for _, text := range []string{"tôi tên Nguyễn Văn A, 0912345678", "12345\u200b6", "٠١٢٣٤٥٦", "1 2 3 4 5 6 7", "sinh 01/02/1960", "[đã bỏ", "\xff", "thôn 123 456"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := editorial.Strip(text)
		if run := sixDigits.FindString(got); run != "" {
			t.Errorf("Strip(%q) = %q, which keeps %q", text, got, run)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
			t.Errorf("Strip(%q) = %q, which holds a control character", text, got)
		}
	})
}
