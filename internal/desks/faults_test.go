package desks_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/desks"
)

var update = flag.Bool("update", false, "write the golden files anew")

func example(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/can_bo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// edit is the example with pieces replaced, each of which must be there.
func edit(t testing.TB, pieces ...string) []byte {
	t.Helper()
	text := example(t)
	for i := 0; i < len(pieces); i += 2 {
		if !strings.Contains(text, pieces[i]) {
			t.Fatalf("the example has no %q", pieces[i])
		}
		text = strings.Replace(text, pieces[i], pieces[i+1], 1)
	}
	return []byte(text)
}

// slips are what a person may do to the example. The report the person gets is
// in testdata/faults, by the name of the slip.
func slips(t testing.TB) map[string][]string {
	return map[string][]string{
		"the-example-itself":        nil,
		"keys-in-any-spelling":      {"giờ làm việc:", "Gio_lam-viec:", "bộ phận:", "BỘ PHẬN:", "địa bàn: tất cả", "dia ban: Tat Ca"},
		"unknown-keys":              {"    tên: Chị Lan", "    tênn: Chị Lan", "tết: |", "tet nguyen dan: |", "    trưởng: sang", "    màu: xanh"},
		"missing-keys":              {"    trả lời trong: 2 ngày làm việc\n", "", "    cán bộ: dung\n", "", "    chủ đề: tất cả\n", "", "nhắc việc: |", "ngày nghỉ khác: |"},
		"empty-keys":                {"    chủ đề: bao-hiem-y-te", "    chủ đề:", "    tên: Anh Minh", "    tên:", "    trả lời trong: 30 phút", "    trả lời trong:"},
		"nothing-but-hours":         {example(t)[strings.Index(example(t), "ngày nghỉ"):], ""},
		"hours-wrong":               {"thứ 2 - thứ 6: 7h30-11h30, 13h30-17h", "thứ 2 - thứ 6: 7h30-11h30, 11h-17h\n  thứ 9: 7h-8h\n  thứ 7 7h-8h\n  chủ nhật: 9h-8h\n  thứ 6 - thứ 2: 7h-8h\n  thứ 3: 25h-26h"},
		"hours-twice":               {"thứ 2 - thứ 6: 7h30-11h30, 13h30-17h", "thứ 2 - thứ 6: 7h30-11h30\n  thứ 6: 13h30-17h"},
		"hours-none":                {"thứ 2 - thứ 6: 7h30-11h30, 13h30-17h", "thứ 2: nghỉ", "thứ 2 - thứ 7: 7h-11h30, 13h-16h30", "chủ nhật: nghỉ"},
		"dates-wrong":               {"16/04/2027", "31/04/2027", "30/04/2027 - 03/05/2027", "03/05/2027 - 30/04/2027", "01/09/2027 - 02/09/2027", "01/09/2026 - 02/09/2027\n  1/9/2027, 2/9/2027\n  mùng mười"},
		"swaps-wrong":               {"09/01/2027 thay 04/01/2027", "08/01/2027 thay 04/01/2027\n  10/01/2027 thay 09/01/2027\n  01/01/2027 thay 05/01/2027\n  23/01/2027\n  19/12/2026 thay 21/12/2026\n  24/01/2027: 9h-8h"},
		"no-tet":                    {"tết: |\n  05/02/2027 - 11/02/2027\n", ""},
		"short-tet":                 {"05/02/2027 - 11/02/2027", "05/02/2027 - 07/02/2027"},
		"holidays-forgotten":        {"ngày nghỉ: |\n  01/01/2027 · Tết Dương lịch\n  16/04/2027\n  30/04/2027 - 03/05/2027\n  01/09/2027 - 02/09/2027\n", ""},
		"ids-wrong":                 {"- mã: lan", "- mã: Chị Lan", "- mã: minh", "- mã: hoa", "- mã: gap", "- mã: y_te"},
		"unknown-officers":          {"cán bộ: lan, hoa", "cán bộ: lam, hoa", "thay: minh", "thay: minhh", "trưởng: sang", "trưởng: giám đốc"},
		"unknown-places-and-topics": {"địa bàn: xã Tịnh Khê", "địa bàn: Tịnh Khe A\n", "chủ đề: bao-hiem-y-te", "chủ đề: bao hiem y the", "An Phú", "Nghĩa Hà, Sài Gòn"},
		"all-and-more":              {"chủ đề: bao-hiem-y-te", "chủ đề: tất cả, vay-von"},
		"twice":                     {"cán bộ: lan, hoa", "cán bộ: lan, hoa, lan", "địa bàn: tinh-khe, An Phú", "địa bàn: tinh-khe, xã Tịnh Khê, An Phú"},
		"chats-wrong":               {"chat: telegram:70707", "chat: telegram:-100555", "zalo-oa:4567890123456789012", "viber:123", "chat: telegram:70808", "chat: 70808", "nhóm chat: telegram:-100555/12", "nhóm chat: telegram:70707", "nhóm chat: telegram:-100555\n", "nhóm chat: zalo-oa:4567890123\n"},
		"same-chat":                 {"chat: telegram:70808", "chat: telegram:70707"},
		"room-is-a-person":          {"nhóm chat: telegram:-100555/12", "nhóm chat: zalo-bot@phu:ab12.cd"},
		"terms-wrong":               {"trả lời trong: 2 ngày làm việc", "trả lời trong: 2 ngày", "trả lời trong: trong ngày", "trả lời trong: sớm nhất", "trả lời trong: 4 giờ làm việc", "trả lời trong: 0 giờ", "trả lời trong: 3 ngày làm việc", "trả lời trong: 300 ngày làm việc"},
		"ladder-wrong":              {"nửa thời hạn: cán bộ", "một nửa: cán bộ", "hết thời hạn: nhóm chat", "hết thời hạn: nhóm chát", "quá nửa thời hạn: chung, trưởng", "quá nửa thời hạn: cong-an\n  hết thời hạn: kin\n  quá nửa thời hạn:"},
		"ladder-twice":              {"hết thời hạn: nhóm chat", "nửa thời hạn: nhóm chat"},
		"no-head":                   {"    cán bộ: lan, minh\n    trưởng: sang\n", "    cán bộ: lan, minh\n"},
		"no-catch-all":              {"    tên: Bộ phận tiếp nhận\n    chủ đề: tất cả", "    tên: Bộ phận tiếp nhận\n    chủ đề: nha-o"},
		"two-catch-alls":            {"    chủ đề: bao-hiem-y-te", "    chủ đề: tất cả"},
		"equally-specific":          {"    chủ đề: tất cả\n    địa bàn: xã Tịnh Khê", "    chủ đề: vay-von, giao-duc\n    địa bàn: tinh-khe"},
		"confidential-with-a-room":  {"    kín: có\n    cán bộ: sang", "    kín: có\n    nhóm chat: telegram:-1009\n    cán bộ: sang, minh"},
		"no-confidential":           {"    kín: có\n    cán bộ: sang", "    gấp: có\n    địa bàn: an-phu\n    cán bộ: sang"},
		"choice-wrong":              {"kín: có", "kín: rất kín"},
		"outside-with-officers":     {"    địa chỉ ngoài: Công an xã, phường nơi ở", "    địa chỉ ngoài: Công an xã, phường nơi ở\n    cán bộ: lan\n    kín: có"},
		"cover-away-too":            {"08/12/2026 - 12/12/2026, thay: minh", "08/12/2026 - 12/12/2026"},
		"cover-circle":              {"08/12/2026 - 12/12/2026, thay: minh", "08/12/2026 - 12/12/2026, thay: lan"},
		"cover-oneself":             {"08/12/2026 - 12/12/2026, thay: minh", "08/12/2026 - 12/12/2026, thay: hoa"},
		"absence-wrong":             {"08/12/2026 - 12/12/2026, thay: minh", "08/12/2026 - 12/12/2028, thay: minh\n      nghỉ đẻ\n      13/12/2026 nhờ minh"},
		"absences-overlap":          {"02/03/2027, thay: minh", "10/12/2026, thay: minh"},
		"colon-on-the-line":         {"nghỉ: 15/12/2026 - 16/12/2026, thay minh", "nghỉ: 15/12/2026 - 16/12/2026, thay: minh"},
		"desk-empty-for-a-while":    {"15/12/2026 - 16/12/2026, thay minh", "15/12/2026 - 16/12/2026"},
		"nobody-for-a-while":        {"02/03/2027, thay: minh", "02/03/2027", "chat: telegram:70808", "chat: telegram:70808\n    nghỉ: 02/03/2027"},
		"confidential-empty":        {"chat: telegram:70909", "chat: telegram:70909\n    nghỉ: 24/12/2026"},
		"nobody-can-be-written-to":  {"    chat: telegram:70707\n", "", "    chat: telegram:70808\n", "", "    chat: telegram:70909\n", ""},
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	w := world(t)
	for name, pieces := range slips(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, report := desks.Load(desks.FileName, edit(t, pieces...), w, now(t))
			if (d != nil) != report.OK() {
				t.Errorf("loaded is %t although OK is %t", d != nil, report.OK())
			}
			for _, f := range report.Faults {
				if f.Message == "" || f.Cure == "" || f.Code == "" || f.File != desks.FileName || f.Line == 0 {
					t.Errorf("incomplete fault %+v", f)
				}
			}
			got := report.Text()
			for _, secret := range []string{"70707", "4567890123", "ab12.cd", "70808", "100555"} {
				if strings.Contains(got, secret) {
					t.Errorf("the report tells the chat id %s", secret)
				}
			}
			file := filepath.Join("testdata", "faults", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
